import { z } from 'zod';
import { publicId } from '../../base/public-id';
import { addPoster, deletePoster, findPosters, requirePosterOwner, selectPoster } from '../../library/poster-edit';
import type { PosterRow } from '../../library/poster-edit';
import type { PosterOwner } from '../../library/poster-selection';
import type { Posters } from '../../library/posters';
import { requestPosters } from '../../library/requests';
import { posterById, type PostersAtHand, type ServedPoster } from '../../library/served-poster';
import type { Viewer } from '../../search/viewer';
import type { HttpDeps } from '../deps';
import { entityId, flag, nilUuid } from '../input';
import { formType, readUpload } from '../multipart';
import { postersAtHand, sendPoster } from '../reply';
import { route, type Route } from '../route';
import { withoutBody } from './absent';
import { bookPosterDto, collectionPosterDto, readListPosterDto, seriesPosterDto } from './dto/poster';

type PosterJson = z.input<
  typeof bookPosterDto | typeof seriesPosterDto | typeof collectionPosterDto | typeof readListPosterDto
>;

/** What has posters, and how Komga spells it. */
interface Kind {
  owner: PosterOwner;
  /** Path of one of them, and the name of its id there. */
  root: string;
  param: string;
  tag: string;
  /** In the names of operations. */
  word: string;
  dto: z.ZodType<unknown, PosterJson>;
  present: (row: PosterRow, ownerId: string) => PosterJson;
  selected: (posters: Posters, viewer: Viewer, id: string, atHand: PostersAtHand) => Promise<ServedPoster>;
  /** How long a client need not ask again for the poster. */
  maxAge?: number;
}

/** A mosaic costs more than a poster, and changes seldom. */
const anHour = 3600;

/** Komga's clients decode three types, and fail on a fourth. */
const shared = (row: PosterRow) => ({
  ...row,
  id: publicId(row.id),
  type: row.type === 'PROVIDER' ? ('SIDECAR' as const) : row.type,
});

/** The posters of books, series, collections and read lists. */
export function posterRoutes(deps: HttpDeps): Route[] {
  return [
    ...routesOf(deps, {
      ...{ owner: 'book_id', root: '/api/v1/books/:bookId', param: 'bookId', tag: 'Book poster', word: 'Book' },
      dto: bookPosterDto,
      present: (row, bookId) => ({ ...shared(row), bookId }),
      selected: (posters, ...wanted) => posters.ofBook(...wanted),
    }),
    ...routesOf(deps, {
      ...{ owner: 'series_id', root: '/api/v1/series/:seriesId', param: 'seriesId' },
      ...{ tag: 'Series poster', word: 'Series' },
      dto: seriesPosterDto,
      present: (row, seriesId) => ({ ...shared(row), seriesId }),
      selected: (posters, ...wanted) => posters.ofSeries(...wanted),
    }),
    ...routesOf(deps, {
      ...{ owner: 'collection_id', root: '/api/v1/collections/:id', param: 'id' },
      ...{ tag: 'Collection poster', word: 'Collection', maxAge: anHour },
      dto: collectionPosterDto,
      present: (row, collectionId) => ({ ...shared(row), collectionId }),
      selected: (posters, ...wanted) => posters.ofCollection(...wanted),
    }),
    ...routesOf(deps, {
      ...{ owner: 'read_list_id', root: '/api/v1/readlists/:id', param: 'id' },
      ...{ tag: 'Read list poster', word: 'ReadList', maxAge: anHour },
      dto: readListPosterDto,
      present: (row, readListId) => ({ ...shared(row), readListId }),
      selected: (posters, ...wanted) => posters.ofReadList(...wanted),
    }),
    regenerate(deps),
  ];
}

/** Path parameters under the names of Komga's document, as `id` (and `posterId`) for us. */
const idIn = (param: string) =>
  z.object({ [param]: entityId() }).transform((values) => ({ id: values[param] ?? nilUuid }));
const idsIn = (param: string) =>
  z
    .object({ [param]: entityId(), thumbnailId: entityId() })
    .transform((values) => ({ id: values[param] ?? nilUuid, posterId: values['thumbnailId'] ?? nilUuid }));

const pictures = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'];

function routesOf(deps: HttpDeps, kind: Kind): Route[] {
  return [...reading(deps, kind), ...writing(deps, kind)];
}

function reading({ db, posters }: HttpDeps, kind: Kind): Route[] {
  const { owner, root, param, tag, word } = kind;
  return [
    route({
      ...{ method: 'get', path: `${root}/thumbnail`, id: `get${word}Thumbnail`, tag },
      summary: 'The selected poster, or what stands for one: that of a book, or a mosaic of members',
      access: 'any',
      params: idIn(param),
      reply: 'bytes',
      produces: pictures,
      handler: async ({ ctx, viewer, params }) => {
        const poster = await kind.selected(posters, viewer, params.id, postersAtHand(ctx)).catch(withoutBody);
        sendPoster(ctx, poster, kind.maxAge);
      },
    }),
    route({
      ...{ method: 'get', path: `${root}/thumbnails/:thumbnailId`, id: `get${word}ThumbnailById`, tag },
      summary: 'The picture of one poster',
      access: 'any',
      params: idsIn(param),
      reply: 'bytes',
      produces: pictures,
      handler: async ({ ctx, viewer, params: { id, posterId } }) => {
        await requirePosterOwner(db, viewer, owner, id).catch(withoutBody);
        sendPoster(ctx, await posterById(db, owner, id, posterId, postersAtHand(ctx)).catch(withoutBody));
      },
    }),
    route({
      ...{ method: 'get', path: `${root}/thumbnails`, id: `get${word}Thumbnails`, tag },
      summary: 'All posters: made by the server, beside the files, uploaded',
      access: 'any',
      params: idIn(param),
      reply: z.array(kind.dto),
      handler: async ({ viewer, params: { id } }) =>
        (await findPosters(db, viewer, owner, id)).map((row) => kind.present(row, publicId(id))),
    }),
  ];
}

function writing({ db }: HttpDeps, kind: Kind): Route[] {
  const { owner, root, param, tag, word } = kind;
  return [
    route({
      ...{ method: 'post', path: `${root}/thumbnails`, id: `addUserUploaded${word}Thumbnail`, tag },
      summary: 'Upload a poster, at most 10 MB; it is selected unless told otherwise',
      access: 'ADMIN',
      params: idIn(param),
      query: z.object({ selected: flag() }),
      consumes: formType,
      reply: kind.dto,
      handler: async ({ ctx, params: { id }, query }) => {
        const { file, fields } = await readUpload(ctx);
        // komf says it in the form
        const selected = query.selected ?? fields.get('selected') !== 'false';
        const upload = { image: file, selected };
        return kind.present(await addPoster(db, owner, id, upload), publicId(id));
      },
    }),
    route({
      ...{ method: 'put', path: `${root}/thumbnails/:thumbnailId/selected`, id: `mark${word}ThumbnailSelected`, tag },
      summary: 'Show this poster',
      access: 'ADMIN',
      params: idsIn(param),
      reply: 'accepted',
      handler: ({ params: { id, posterId } }) => selectPoster(db, owner, id, posterId),
    }),
    route({
      ...{ method: 'delete', path: `${root}/thumbnails/:thumbnailId`, id: `deleteUserUploaded${word}Thumbnail`, tag },
      summary: 'Delete an uploaded poster; another one is shown',
      access: 'ADMIN',
      params: idsIn(param),
      reply: 'accepted',
      handler: ({ params: { id, posterId } }) => deletePoster(db, owner, id, posterId),
    }),
  ];
}

const regenerate = (deps: HttpDeps): Route =>
  route({
    method: 'put',
    path: '/api/v1/books/thumbnails',
    id: 'booksRegenerateThumbnails',
    tag: 'Book poster',
    summary: 'Make the posters of all books again, or those that are smaller than the setting',
    access: 'ADMIN',
    query: z.object({ for_bigger_result_only: flag() }),
    reply: 'accepted',
    handler: ({ query }) => requestPosters(deps, { onlySmaller: query.for_bigger_result_only ?? false }),
  });
