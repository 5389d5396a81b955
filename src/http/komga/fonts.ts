import path from 'node:path';
import { z } from 'zod';
import { notFound } from '../../base/errors';
import { fontFamilies, fontFile, fontFiles, fontStyleSheet } from '../../library/fonts';
import type { HttpDeps } from '../deps';
import { disposition, sendFile, sendText } from '../reply';
import { route, type Route } from '../route';

const tag = 'Fonts';
const params = z.object({ fontFamily: z.string() });

/**
 * Fonts for readers of EPUB from the folder `fonts` in the data directory, as with Komga. Komga also ships one; it would be
 * 600 KB in our program for a reader that is not ours. Browsers ask for fonts without a login.
 */
export function fontRoutes({ config }: HttpDeps): Route[] {
  const folder = config.dataDir === undefined ? null : path.join(config.dataDir, 'fonts');
  return [
    route({
      method: 'get',
      path: '/api/v1/fonts/families',
      id: 'getFonts',
      tag,
      summary: 'Families of fonts for readers of EPUB',
      access: 'any',
      reply: z.array(z.string()),
      handler: () => (folder === null ? [] : fontFamilies(folder)),
    }),
    route({
      method: 'get',
      path: '/api/v1/fonts/resource/:fontFamily/:fontFile',
      id: 'getFontFile',
      tag,
      summary: 'A file of a font',
      access: 'public',
      params: params.extend({ fontFile: z.string() }),
      reply: 'bytes',
      produces: ['font/*'],
      handler: async ({ ctx, params }) => {
        const file = folder === null ? null : await fontFile(folder, params.fontFamily, params.fontFile);
        if (file === null) throw notFound();
        await sendFile(ctx, file);
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/fonts/resource/:fontFamily/css',
      id: 'getFontFamilyAsCss',
      tag,
      summary: 'The style sheet of a font',
      access: 'public',
      params,
      reply: 'bytes',
      produces: ['text/css'],
      handler: async ({ ctx, params }) => {
        const files = folder === null ? [] : await fontFiles(folder, params.fontFamily);
        if (files.length === 0) throw notFound();
        ctx.set('Content-Disposition', disposition('attachment', `${params.fontFamily}.css`));
        sendText(ctx, 'text/css', fontStyleSheet(params.fontFamily, files));
      },
    }),
  ];
}
