import { statSync, type Stats } from 'node:fs';
import { openSourceAtOnce } from '../media/byte-source';
import { detect } from '../media/detect';
import { hashBytes } from '../media/hash';
import type { MediaLimits } from '../media/limits';
import { openZip } from '../media/zip';
import type { FileVersion } from './analysis-outcome';
import { analyzeOpened, type Analysis } from './book-content';

/** Of one file, milliseconds: one that takes longer is left to a task, whose thread has nothing else to wait for. */
const patience = 250;
/** An archive of more entries than this too. */
const maxEntries = 5_000;

export interface ReadAtOnce {
  analysis: Analysis;
  /** Where it is wanted and the file was in memory anyway; '' otherwise. */
  hash: string;
}

interface Options {
  limits: MediaLimits;
  dimensions: boolean;
  /** Whether the hash of the file is wanted, if that costs little. */
  hash: boolean;
  signal: AbortSignal;
}

const timeOf = (stats: Stats) => Math.trunc(Math.max(stats.mtimeMs, stats.birthtimeMs));
const isVersion = (stats: Stats, { size, modifiedAt }: FileVersion) =>
  stats.size === size && timeOf(stats) === modifiedAt;

/**
 * Reads a book that is as books mostly are: a ZIP that is whole, with pages, on a disk that answers at once. Null for every
 * other, of which a task finds out what is wrong with it: whatever happens here is nobody's last word.
 */
export async function readAtOnce(file: string, version: FileVersion, options: Options): Promise<ReadAtOnce | null> {
  const limits = { ...options.limits, entries: Math.min(maxEntries, options.limits.entries) };
  try {
    const { source, stats, whole } = openSourceAtOnce(file, performance.now() + patience);
    try {
      if (!isVersion(stats, version)) return null;
      const { container } = await detect(source);
      if (container !== 'zip' || /\.epub$/iu.test(file)) return null;
      const reader = await openZip(source, limits);
      const analysis = await analyzeOpened(reader, { ...options, limits, posterEdge: null });
      const isGood = analysis.state.mediaStatus === 'READY' && analysis.content?.problems.length === 0;
      // somebody may be writing to it
      if (!isGood || !isVersion(statSync(file), version)) return null;
      return { analysis, hash: whole && options.hash ? hashBytes(whole) : '' };
    } finally {
      await source.close();
    }
  } catch {
    return null;
  }
}
