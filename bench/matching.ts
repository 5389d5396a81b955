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

const percent = (value: number) => `${(value * 100).toFixed(1)} %`;

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

/** How release groups, downloaders and people write names. */
const forms: ((title: string) => string)[] = [
  (title) => title,
  (title) => `${title} v01-12 (Digital) (maker-Empire)`,
  (title) => `[Group] ${title} Vol. 3`,
  (title) => `${title.replaceAll(':', ' -')} (Digital)`,
  (title) => title.replace(/[?:*"<>|/\\]/gu, '_'),
  (title) => title.toLowerCase(),
  (title) => `${title.replace(/[!?.]+$/u, '')} Omnibus`,
  (title) => `${title} c001-050 [English]`,
];
const common = new Set(['en', 'ja-ro', 'ja', 'ko', 'zh']);

/** The main name and one other of every record, each in one of those forms. */
function namesOfRecord({ titles: [main, ...others] }: ProviderTitle, at: number): string[] {
  const known = others.filter(({ language }) => common.has(language));
  const names = [main, known[at % Math.max(1, known.length)]].flatMap((name) => (name ? [name.title] : []));
  return [...new Set(names)].map((name, index) => forms[(at + 3 * index) % forms.length]?.(name) ?? name);
}

/**
 * What no label was written for: names of every record, made by rule. Once with the record there; once without it, when
 * any match is wrong: names that several records have are told beside.
 */
async function madeNames(catalogue: Catalogue): Promise<boolean> {
  const source = offline(catalogue);
  const lines: string[] = [];
  let [count, right, wrong, falsely] = [0, 0, 0, 0];
  for (const [at, id] of catalogue.manga.map((manga) => manga.id).entries()) {
    const title = (await source.details([id])).get(id);
    for (const name of title ? namesOfRecord(title, at) : []) {
      const subject = subjectOf(name);
      const told = ({ candidates: [best] }: MatchResult) =>
        `${name} [${title?.titles[0]?.title}] -> ${best?.title.titles[0]?.title}`;
      const there = await findMatch(source, subject);
      const isMatched = there.outcome === 'matched';
      const isRight = isMatched && there.candidates[0]?.title.id === id;
      const without = await findMatch(source, subject, { rejected: new Set([id]) });
      count++;
      right += Number(isRight);
      wrong += Number(isMatched && !isRight);
      if (isMatched && !isRight) lines.push(`  wrong: ${told(there)}`);
      if (without.outcome === 'matched') {
        falsely++;
        lines.push(`  absent: ${told(without)}`);
      }
    }
  }
  const precision = right / Math.max(1, right + wrong);
  process.stdout.write(
    [
      `made names            ${count}: precision ${percent(precision)}, recall ${percent(right / count)}`,
      `with the title absent ${falsely} of ${count} matched with something else`,
      ...lines,
      '',
    ].join('\n'),
  );
  return precision >= 0.98;
}

/** Precision of automatic matches, recall and confusions on the labelled names. */
export async function matching(): Promise<boolean> {
  const directory = process.env['REFERENCE_DIR'] ?? path.resolve(__dirname, '../../shared');
  const { catalogue, names } = loadCatalogue(directory);
  const { rows, searches } = await matchAll(catalogue, names);
  const reached = report(rows, searches);
  return (await madeNames(catalogue)) && reached;
}
