import { programVersion } from '../base/version';
import { apiPage, type ApiDocument } from './api-page';
import { openApiDocument } from './open-api';
import { sendText } from './reply';
import { route, type Route } from './route';

const documentPath = '/v3/api-docs';
/** Operations that Komga does not have. */
const ownBase = '/api/kiremisu/v1';

/** Our OpenAPI document, at Komga's place, and a page of it. They are built when somebody asks first: 170 schemas take a while. */
export function documentRoutes(routes: Route[]): Route[] {
  let known: ReturnType<typeof openApiDocument> | undefined;
  let ownKnown: ReturnType<typeof openApiDocument> | undefined;
  const document = () => (known ??= openApiDocument([...routes, ...own], programVersion));
  const own: Route[] = [
    route({
      ...{ method: 'get', path: documentPath, id: 'getApiDocument', tag: 'Documentation' },
      summary: 'The OpenAPI document of everything that is served',
      access: 'public',
      reply: 'bytes',
      produces: ['application/json'],
      handler: ({ ctx }) => {
        const servers = [{ url: `${ctx.state.basePath}/` }];
        sendText(ctx, 'application/json', JSON.stringify({ ...document(), servers }));
      },
    }),
    route({
      ...{ method: 'get', path: `${ownBase}/openapi.json`, id: 'getOwnApiDocument', tag: 'Documentation' },
      summary: 'The OpenAPI document of what is served beside the API of Komga',
      access: 'public',
      reply: 'bytes',
      produces: ['application/json'],
      handler: ({ ctx }) => {
        ownKnown ??= openApiDocument(
          [...routes, ...own].filter(({ path }) => path.startsWith(ownBase)),
          programVersion,
        );
        const servers = [{ url: `${ctx.state.basePath}/` }];
        sendText(ctx, 'application/json', JSON.stringify({ ...ownKnown, servers }));
      },
    }),
    route({
      ...{ method: 'get', path: '/api-docs', id: 'getApiPage', tag: 'Documentation' },
      summary: 'The same as a page',
      access: 'public',
      reply: 'bytes',
      produces: ['text/html'],
      handler: ({ ctx }) => {
        const { html, policy } = apiPage(document() as unknown as ApiDocument, `${ctx.state.basePath}${documentPath}`);
        ctx.set('Content-Security-Policy', policy);
        sendText(ctx, 'text/html; charset=utf-8', html);
      },
    }),
  ];
  return own;
}
