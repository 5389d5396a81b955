import type { Knex } from 'knex';

// what separates words but a line break, which separates titles: as in search/text-query.ts
const separators = String.raw`\u0001-\u0009\u000b-\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f\u30fb\u30fc\ufe10-\ufe6f\uff01-\uff0f`;

// pairs of letters that systems of romanisation write differently; from left to right, one after the other
const romanised = [
  ...[
    'ou o',
    'oo o',
    'uu u',
    'aa a',
    'ii i',
    'ee e',
    'sy sh',
    'ty ch',
    'zy j',
    'jy j',
    'tu tsu',
    'hu fu',
    'dz z',
    'du zu',
  ],
  ...['si shi', 'ti chi', 'zi ji', 'di ji', 'mb nb', 'mp np', 'wo o', '× x'],
];

const squeezed = (text: string): string => `regexp_replace(${text}, '[${separators}]+', '', 'g')`;
const loose = (text: string): string =>
  romanised.map((pair) => pair.split(' ')).reduce((all, [from, to]) => `replace(${all}, '${from}', '${to}')`, text);

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A folded title as it is compared when a search finds nothing: without blanks, hyphens, apostrophes and long vowels, and one
    -- romanisation for all. Word for word, as people type (\`kono uta\` has no long o).
    create function loose_form(title text) returns text language plpgsql immutable strict parallel safe as $loose$
      begin return ${squeezed(loose('title'))}; end
    $loose$;
    -- The same, and once more for those who type no blanks and hyphens. It calls no function of ours: maintenance does not find them.
    create function loose_title(title text) returns text language plpgsql immutable strict parallel safe as $loose$
      begin return ${squeezed(loose('title'))} || chr(10) || ${loose(squeezed('title'))}; end
    $loose$;
    -- an index on the result costs no column: 3 ms for 10,000 series instead of 60
    create index series_loose on series using gin (loose_title(search_key) gin_trgm_ops);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index series_loose; drop function loose_title, loose_form');
}
