import { readFileSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { parentPort } from 'node:worker_threads';
import { isCoded } from '../src/base/errors';
import { makePoster } from '../src/media/image';
import { defaultLimits } from '../src/media/limits';
import { openBook } from '../src/media/open-book';
import type { BookContent, Reader } from '../src/media/reader';
import { pictureSize } from '../src/media/picture-size';
import { pictureType } from '../src/media/picture-type';
import { outliveStrayRejections } from '../src/base/stray-rejections';
import { parseComicInfo } from '../src/metadata/comic-info';
import { mutate } from './mutate';

export interface Attempt {
  original: string;
  seed: number;
  /** Where the mutated file is put. */
  file: string;
}

/** `failure`: an error without a code, with its stack. */
export interface Outcome {
  code: string;
  failure: string | null;
}

// as in every thread of the server that opens books
outliveStrayRejections();

const limits = { ...defaultLimits, pageMilliseconds: 8_000, bookMilliseconds: 8_000 };

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** ERR_1005 with a cause is what an error becomes that nobody thought of. */
function codeOf(error: unknown): string {
  if (!isCoded(error)) throw error;
  if (error.code === 'ERR_1005' && error.cause instanceof Error && !isCoded(error.cause)) throw error.cause;
  return error.code;
}

/** Runs work whose coded failure is an answer like any other. */
async function orCode(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'well';
  } catch (error) {
    return codeOf(error);
  }
}

function somePages({ pages }: BookContent) {
  const places = new Set([0, Math.floor(pages.length / 2), pages.length - 1]);
  return [...places].flatMap((at) => pages[at] ?? []);
}

async function readBook(reader: Reader): Promise<string> {
  const content = await reader.content();
  const codes: string[] = [];
  for (const page of somePages(content)) {
    codes.push(await orCode(async () => makePoster(await collect(await reader.open(page.location)), 64, limits)));
  }
  codes.push(await orCode(async () => reader.cover?.()));
  codes.push(
    await orCode(async () => {
      const info = await reader.file('ComicInfo.xml');
      if (info) parseComicInfo(info);
    }),
  );
  return content.pages.length === 0 ? 'no pages' : (codes.find((code) => code !== 'well') ?? 'well');
}

/** A picture on its own goes through the decoders, anything else is opened as a book. */
async function attempt({ original, seed, file }: Attempt): Promise<string> {
  const bytes = mutate(readFileSync(original), seed);
  writeFileSync(file, bytes);
  if (/[/\\]images[/\\]/u.test(original)) {
    pictureType(bytes);
    pictureSize(bytes);
    return orCode(() => makePoster(bytes, 64, limits));
  }
  if (/\.xml$/u.test(original)) {
    parseComicInfo(bytes);
    return 'well';
  }
  const opened = await openBook(file, { limits }).catch(codeOf);
  if (typeof opened === 'string') return opened;
  try {
    let code = 'well';
    const whole = await orCode(async () => (code = await readBook(opened)));
    return whole === 'well' ? code : whole;
  } finally {
    await opened.close();
  }
}

parentPort?.on('message', (task: Attempt) => {
  attempt(task).then(
    (code) => parentPort?.postMessage({ code, failure: null } satisfies Outcome),
    (error: unknown) => {
      const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
      parentPort?.postMessage({ code: 'uncoded', failure } satisfies Outcome);
    },
  );
});
