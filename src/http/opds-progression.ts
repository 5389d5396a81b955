import { z } from 'zod';
import { HttpFailure } from '../base/errors';
import { publicId } from '../base/public-id';
import {
  getOpdsProgression,
  putOpdsProgression,
  type KnownProgression,
  type OpdsProgression,
} from '../library/opds-progression';
import { compact } from '../opds/json';
import { opdsProgressionType } from '../opds/media-types';
import { iri } from '../opds/wording';
import { dateTime } from '../search/condition-values';
import type { HttpContext } from './context';
import type { HttpDeps } from './deps';
import { entityId, readJson } from './input';
import { opdsAddress, readdressed, withoutKey } from './opds-address';
import { instant, sendText } from './reply';
import { route, type Route } from './route';

const progressionBody = z.object({
  title: z.string().max(1000).optional(),
  modified: dateTime,
  device: z.object({ id: z.string().min(1).max(1000), name: z.string().min(1).max(1000) }),
  progression: z.number().min(0).max(1),
  references: z.array(z.string().max(4000)).max(50).default([]),
});

const problemType = 'application/problem+json';
const problems: Record<number, { type: string; title: string }> = {
  400: {
    type: 'https://registry.opds.io/error#progression-invalid-payload',
    title: 'This is no progression of the book.',
  },
  409: {
    type: 'https://registry.opds.io/error#progression-date',
    title: 'A more recent progression is already there.',
  },
};

/** The draft wants a URI and a name; progress that was marked elsewhere has neither. */
const deviceOf = ({ id, name }: OpdsProgression['device']) => ({
  id: iri(id) ?? `urn:kiremisu:device:${encodeURIComponent(id || 'server')}`,
  name: name || 'KireMisu',
});

/** Places that the app did not name itself: the page, as PDFs and our manifests count them. */
function referencesOf({ references, page, isPdf }: KnownProgression, address: string): string[] {
  if (references.length > 0 || page === null) return references;
  return [isPdf ? `#page=${page}` : `${address}/pages/${page}`];
}

const pagesAddress = (ctx: HttpContext, id: string): string => opdsAddress(ctx, 'v2')(`books/${publicId(id)}`);

function documentOf(ctx: HttpContext, known: KnownProgression, id: string): string {
  const { title, modified, device, progression } = known;
  const fields = { title, modified: instant(modified), device: deviceOf(device), progression };
  const references = referencesOf(known, pagesAddress(ctx, id)).map((reference) => readdressed(ctx, reference));
  return JSON.stringify(compact({ ...fields, references }));
}

/** Parses by hand: a refusal has a document of its own (RFC 9457), by which apps tell a conflict. */
async function sentProgression(ctx: HttpContext): Promise<OpdsProgression> {
  const parsed = progressionBody.safeParse(await readJson(ctx));
  if (!parsed.success) throw new HttpFailure(400, 'The progression is not valid');
  const { references, ...sent } = parsed.data;
  return { ...sent, references: references.map((reference) => withoutKey(ctx, reference)) };
}

/** What went wrong with a progression, in the form of the draft; anything else is for the writer of error answers. */
async function refusable(ctx: HttpContext, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const problem = error instanceof HttpFailure ? problems[error.status] : undefined;
    if (problem === undefined || !(error instanceof HttpFailure)) throw error;
    sendText(ctx, problemType, JSON.stringify({ ...problem, detail: error.message }), error.status);
  }
}

interface Place {
  root: '/opds/v1.2' | '/opds/v2';
  tag: string;
  prefix: string;
}

/** OPDS Progression 1.0 (drafts.opds.io, January 2026): beside Readium's, the same place in another form. */
export function opdsProgressionRoutes({ db }: HttpDeps, { root, tag, prefix }: Place): Route[] {
  const common = { path: `${root}/books/:id/opds-progression`, tag, access: 'any', reply: 'bytes' } as const;
  const params = z.object({ id: entityId() });
  return [
    route({
      ...{ ...common, params, method: 'get', id: `${prefix}GetOpdsProgression`, produces: [opdsProgressionType] },
      summary: 'How far the reader is (OPDS Progression 1.0); empty for a book that was not begun',
      handler: async ({ ctx, viewer, params: { id } }) => {
        const known = await getOpdsProgression(db, viewer, id);
        sendText(ctx, opdsProgressionType, known ? documentOf(ctx, known, id) : '');
      },
    }),
    route({
      ...{ ...common, params, method: 'put', id: `${prefix}PutOpdsProgression`, produces: [opdsProgressionType] },
      summary: 'Keep how far the reader is; 409 unless it is newer than what is kept',
      consumes: opdsProgressionType,
      handler: ({ ctx, viewer, params: { id } }) =>
        refusable(ctx, async () => {
          // first: whoever may not see the book is told nothing about what they sent
          const isNew = (await getOpdsProgression(db, viewer, id)) === null;
          await putOpdsProgression(db, viewer, id, await sentProgression(ctx));
          const known = await getOpdsProgression(db, viewer, id);
          if (known) sendText(ctx, opdsProgressionType, documentOf(ctx, known, id), isNew ? 201 : 200);
        }),
    }),
  ];
}
