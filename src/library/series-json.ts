import { resolveInside } from '../base/files';
import { openSource } from '../media/byte-source';
import { parseMylarSeries } from '../metadata/mylar';
import type { Series } from '../model/series';
import type { KnownSeries } from './known';
import type { FoundFile, FoundSeries } from './found';

const maxBytes = 1024 * 1024;

export interface SeriesJsonChange {
  found: FoundSeries;
  seriesJson: Series['seriesJson'];
}

const versionOf = (file: FoundFile | null) => file && `${file.size} ${file.modifiedAt}`;

/** Reads the series.json files that are new or changed; one that is gone says nothing any more. */
export async function readSeriesJson(
  root: string,
  compared: { found: FoundSeries; known: KnownSeries | null }[],
): Promise<SeriesJsonChange[]> {
  const changes: SeriesJsonChange[] = [];
  for (const { found, known } of compared) {
    const file = found.seriesJson;
    if (versionOf(file) === (known?.seriesJson ?? null)) continue;
    changes.push({ found, seriesJson: file && (await readDescription(root, file)) });
  }
  return changes;
}

/** Null when it cannot be read: the next scan looks again. */
export async function readDescription(
  root: string,
  { path, size, modifiedAt }: FoundFile,
): Promise<Series['seriesJson']> {
  try {
    const source = await openSource(await resolveInside(root, path));
    try {
      const text = size > maxBytes ? '' : (await source.read(0, maxBytes)).toString('utf8');
      return { size, modifiedAt, patch: { ...parseMylarSeries(text) } };
    } finally {
      await source.close();
    }
  } catch {
    return null;
  }
}
