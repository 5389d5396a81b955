import { existsSync, mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { analyzeBooks } from '../../src/library/analyze';
import { hashBook } from '../../src/library/hash-book';
import { refreshSeries } from '../../src/library/refresh-series';
import { defaultLimits } from '../../src/media/limits';
import { Book } from '../../src/model/book';
import { Poster } from '../../src/model/poster';
import { newId } from '../../src/base/public-id';
import type { TaskContext } from '../../src/queue/tasks';
import { cbz, picture } from '../support/book-builders';
import { aProgress } from '../support/builders';
import type { TestDatabase } from '../support/database';
import { buildTar } from '../support/tar-builder';
import { Model } from './property-model';
import type { Shelf } from './support';

/** A small generator (mulberry32): the same seed gives the same sequence on every machine. */
export function chance(seed: number) {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: <T>(items: readonly T[]): T | undefined => items[below(items.length)] };
}

/** Two libraries, what should be of them, and what people did. */
export class World {
  readonly model = new Model();
  /** What was done, for the message of a failure. */
  readonly log: string[] = [];
  /** Events that the history must hold, as `type id of the book`. */
  readonly history: string[] = [];
  readonly random: ReturnType<typeof chance>;
  /** Files that the server made itself, by their contents. */
  private readonly made = new Map<number, Buffer>();
  /** In the future: a TAR that was written to a moment ago is taken for one that is still being copied. */
  private readonly began = Date.now() + 3_600_000;
  private contents = 0;
  private writes = 0;
  private folders = 0;

  constructor(
    readonly database: TestDatabase,
    readonly shelves: Shelf[],
    readonly context: () => TaskContext,
    readonly people: { userId: string; kills: number },
    seed: number,
  ) {
    this.random = chance(seed);
  }

  /** Most happens in the first library. */
  anyShelf = (): { shelf: Shelf; library: string } => {
    const library = this.random.below(4) === 0 ? 1 : 0;
    return { shelf: this.shelves[library]!, library: String(library) };
  };

  placeOf(at: string): string {
    return path.join(this.shelves[Number(at[0])]!.root, at.slice(2));
  }

  /** A path that no file has. */
  freePath(extension = 'cbz'): string {
    for (;;) {
      const { library } = this.anyShelf();
      const folder = this.random.pick(['Ash', 'Birch', 'Deep/Cedar']) ?? '';
      const at = `${library}/${folder}/${this.random.below(30)}.${extension}`;
      if (!this.model.disk.has(at)) return at;
    }
  }

  newFolder = (library: string): string => `${library}/Renamed ${++this.folders}`;
  anyFile = (): string | undefined => this.random.pick([...this.model.visible().keys()]);
  knownId = (at: string): string | null =>
    this.model.rows.find((row) => row.path === at && row.isLive && row.content === this.model.disk.get(at))?.id ?? null;

  bytes(content: number, extension = 'cbz'): Promise<Buffer> {
    const known = this.made.get(content);
    if (known) return Promise.resolve(known);
    return extension === 'cbt' ? tarOf(content) : cbz({ pages: 3, seed: content });
  }

  async writeNew(at: string): Promise<void> {
    const content = ++this.contents;
    const extension = at.split('.').at(-1);
    // its bytes are needed again when it is restored under another name
    if (extension === 'cbt') this.made.set(content, await tarOf(content));
    await this.write(at, content);
  }

  async write(at: string, content: number): Promise<void> {
    const file = this.placeOf(at);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, await this.bytes(content));
    // no two writes at one time: a file is known by size and time, and most of these have one size
    const time = new Date(this.began + 1000 * ++this.writes);
    utimesSync(file, time, time);
    this.model.disk.set(at, content);
  }

  move(from: string, to: string): void {
    mkdirSync(path.dirname(this.placeOf(to)), { recursive: true });
    renameSync(this.placeOf(from), this.placeOf(to));
    this.model.disk.set(to, this.model.disk.get(from) ?? -1);
    this.model.disk.delete(from);
  }

  /** The server gave a file another name; `isNew`: another form, too. */
  follow(from: string, to: string, { isNew = false } = {}): void {
    const { model } = this;
    const row = model.rowAt(from);
    const content = isNew ? ++this.contents : (model.disk.get(from) ?? -1);
    if (isNew) this.made.set(content, readFileSync(this.placeOf(to)));
    model.disk.delete(from);
    model.disk.set(to, content);
    if (row) Object.assign(row, { path: to, content });
  }

  /** A new book in a file that the server is going to change; null where the right name is taken. */
  async changeable(
    extension: 'zip' | 'cbt',
  ): Promise<{ at: string; changed: string; bookId: string; libraryId: string } | null> {
    const at = this.freePath(extension);
    const changed = at.replace(/\.\w+$/, '.cbz');
    if (this.model.disk.has(changed) || this.model.rowAt(changed) || this.model.rowAt(at)) return null;
    await this.writeNew(at);
    await this.settle();
    const bookId = this.knownId(at);
    return bookId === null ? null : { at, changed, bookId, libraryId: this.shelves[Number(at[0])]!.library.id };
  }

  /** After a change that may have been cut off: either name, not both. Tells whether it was changed. */
  expectEither(at: string, changed: string): boolean {
    const isThere = [at, changed].map((name) => existsSync(this.placeOf(name)));
    expect(isThere[0]).not.toBe(isThere[1]);
    return isThere[1] === true;
  }

  /** Scans and all that follows from them, without the queue; then the model sees the same. */
  async settle(): Promise<void> {
    const { db } = this.database;
    const order = this.random.below(2) === 0 ? [0, 1] : [1, 0];
    for (const library of order) {
      await this.shelves[library]!.scan();
      this.model.scan(String(library));
    }
    const pending = await Book.query(db).whereIn('mediaStatus', ['UNKNOWN', 'OUTDATED']).whereNull('deletedAt');
    await analyzeBooks(this.context(), { bookIds: pending.map(({ id }) => id) }, { limits: defaultLimits });
    const unhashed = await Book.query(db).where({ fileHash: '' }).whereNull('deletedAt');
    for (const { id } of unhashed) await hashBook(this.context(), { bookId: id });
    for (const shelf of this.shelves) {
      for (const { id } of await shelf.series()) await refreshSeries(this.context(), { seriesId: id });
    }
    await db.raw('delete from graphile_worker._private_jobs');
    for (const row of this.model.rows) if (row.id === null && row.isLive) row.id = await this.use(row.path);
  }

  /** What people do with a book that they see: a place in it, a title of their own that is locked, a cover. */
  private async use(at: string): Promise<string> {
    const { db } = this.database;
    const book = await this.shelves[Number(at[0])]!.book(at.slice(2));
    await aProgress(db, book, { userId: this.people.userId, page: 2 });
    const title = `Mine ${book.id}`;
    await Book.query(db).findById(book.id).patch({ title, locked: ['title'] }); // prettier-ignore
    await Poster.query(db).where({ bookId: book.id }).patch({ selected: false });
    const image = Buffer.from(title);
    await Poster.query(db).insert({
      ...{ id: newId(), bookId: book.id, type: 'USER_UPLOADED', selected: true, mediaType: 'image/png', image },
      ...{ fileSize: image.length, width: 1, height: 1, createdAt: new Date() },
    });
    return book.id;
  }
}

async function tarOf(content: number): Promise<Buffer> {
  const pages = [1, 2, 3].map(async (page) => ({ name: `${page}.jpg`, data: await picture(content * 3 + page) }));
  return buildTar([...(await Promise.all(pages)), { name: 'notes.txt', data: `content ${content}` }]);
}
