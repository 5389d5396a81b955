import path from 'node:path';
import { titleOfManga } from '../src/metadata/mangadex/mapping';
import { wireManga } from '../src/metadata/mangadex/wire';
import { findMatch, type MatchResult } from '../src/metadata/matching/match';
import { subjectOf } from '../src/metadata/matching/subject';
import type { MetadataProvider, ProviderTitle } from '../src/metadata/provider';
import {
  loadCatalogue,
  searchCatalogue,
  wireRecord,
  type Catalogue,
  type LabelledName,
} from '../test/support/mangadex-catalogue';

type Source = Pick<MetadataProvider, 'search' | 'details'>;

/** The catalogue as a provider, without a network. */
function offline(catalogue: Catalogue): Source & { searches: number } {
  const titles = new Map(
    catalogue.manga.flatMap((manga) => {
      const title = titleOfManga(wireManga.parse(wireRecord(catalogue, manga)));
      return title === null ? [] : [[manga.id, title] as const];
    }),
  );
  const source = {
    searches: 0,
    search: (query: string) => {
      source.searches++;
      const hits = searchCatalogue(catalogue, query).slice(0, 25);
      return Promise.resolve(hits.flatMap(({ id }) => titles.get(id) ?? []));
    },
    details: (ids: readonly string[]) =>
      Promise.resolve(
        new Map(
          ids.flatMap((id) =>
            [titles.get(id)].filter((t) => t !== undefined).map((t): [string, ProviderTitle] => [id, t]),
          ),
        ),
      ),
  };
  return source;
}

interface Row extends LabelledName {
  result: MatchResult;
}

const isRight = ({ label, acceptable = [], result }: Row) =>
  [label, ...acceptable].includes(result.candidates[0]?.title.id ?? '');

function describe({ name, label, category, result }: Row): string {
  const [best] = result.candidates;
  const why = best?.reasons.map(({ code, points }) => `${code} ${points}`).join(', ') ?? '';
  const title = best?.title.titles[0]?.title ?? 'nothing';
  return `  ${name} [${category}] -> ${result.outcome}: ${title} ${best?.score.toFixed(3) ?? ''} (${why}) wanted ${label ?? 'nothing'}; asked: ${result.queries.join(' | ')}`;
}

function report(rows: Row[], searches: number): boolean {
  const automatic = rows.filter(({ result }) => result.outcome === 'matched');
  const right = automatic.filter(isRight);
  const matchable = rows.filter(({ label }) => label !== null);
  const proposed = rows.filter((row) => row.result.outcome === 'proposed');
  const precision = automatic.length === 0 ? 1 : right.length / automatic.length;
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  const lines = [
    `names                 ${rows.length} (${matchable.length} have a title)`,
    `automatic             ${automatic.length}, right ${right.length}: precision ${percent(precision)} (goal 98 %)`,
    `recall, automatic     ${percent(right.length / Math.max(1, matchable.length))}`,
    `recall, with review   ${percent((right.length + proposed.filter((row) => row.label !== null && isProposed(row)).length) / Math.max(1, matchable.length))}`,
    `searches a name       ${(searches / rows.length).toFixed(2)}`,
    'wrong:',
    ...automatic.filter((row) => !isRight(row)).map(describe),
    'missed or only proposed:',
    ...rows.filter((row) => row.result.outcome !== 'matched' && row.label !== null).map(describe),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return precision >= 0.98;
}

const isProposed = ({ label, acceptable = [], result }: Row) =>
  result.candidates.some(({ title }) => [label, ...acceptable].includes(title.id));

async function matchAll(catalogue: Catalogue, names: LabelledName[]): Promise<{ rows: Row[]; searches: number }> {
  const source = offline(catalogue);
  const rows: Row[] = [];
  for (const name of names) {
    const { Writer, Series } = name.hints?.comicInfo ?? {};
    const evidence = {
      authors: Writer === undefined ? [] : Writer.split(','),
      titles: Series === undefined ? [] : [Series],
    };
    rows.push({ ...name, result: await findMatch(source, subjectOf(name.name, evidence)) });
  }
  return { rows, searches: source.searches };
}

/** The main title of every record as a folder, once with the record there, once without it: then nothing is right. */
async function selfTest(catalogue: Catalogue): Promise<void> {
  const whole = offline(catalogue);
  let found = 0;
  let wrong = 0;
  const traps: string[] = [];
  for (const manga of catalogue.manga) {
    const title = Object.values(manga.attributes.title)[0] ?? '';
    const subject = subjectOf(title);
    const there = await findMatch(whole, subject);
    const id = there.candidates[0]?.title.id;
    if (there.outcome === 'matched' && id === manga.id) found++;
    if (there.outcome === 'matched' && id !== manga.id) {
      wrong++;
      traps.push(`  there: ${title} -> ${there.candidates[0]?.title.titles[0]?.title}`);
    }
    const without = await findMatch(whole, subject, { rejected: new Set([manga.id]) });
    if (without.outcome === 'matched')
      traps.push(
        `  absent: ${title} -> ${without.candidates[0]?.title.titles[0]?.title} (${without.candidates[0]?.reasons.map(({ code }) => code).join(' ')})`,
      );
  }
  const lines = [`every main title: ${found} of ${catalogue.manga.length} found, ${wrong} wrong`, ...traps];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Precision of automatic matches, recall and confusions on the labelled names. */
export async function matching(): Promise<boolean> {
  const directory = process.env['REFERENCE_DIR'] ?? path.resolve(__dirname, '../../shared');
  const { catalogue, names } = loadCatalogue(directory);
  const { rows, searches } = await matchAll(catalogue, names);
  const reached = report(rows, searches);
  await selfTest(catalogue);
  return reached;
}
