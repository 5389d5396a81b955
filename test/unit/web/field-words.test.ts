import type { FieldState } from '../../../src/web/api/types';
import {
  canRelease,
  changesIn,
  isTold,
  originText,
  sentOf,
  typedInto,
  typedOf,
  valueText,
} from '../../../src/web/parts/field-words';

const state = (part: Partial<FieldState>): FieldState => ({
  ...{ field: 'title', value: 'Gone Fox', source: null, since: null, locked: false },
  ...part,
});
const untouched = { typed: {}, locks: {} };

test('says who gave a value, and where one comes from that nobody gave', () => {
  expect(originText('series', state({ source: 'mangadex' }))).toBe('From MangaDex');
  expect(originText('series', state({}))).toBe('From the name of the folder');
  expect(originText('books', state({}))).toBe('From the name of the file');
  expect(originText('books', state({ field: 'number', value: '3' }))).toBe('From the order of the files');
  expect(originText('series', state({ field: 'genres', value: [] }))).toBe('Nothing is known');
});

test('what was never said and is empty is not worth a line, unless it is locked', () => {
  expect(isTold(state({ field: 'genres', value: [] }))).toBe(false);
  expect(isTold(state({ field: 'genres', value: [], locked: true }))).toBe(true);
  expect(isTold(state({ field: 'summary', value: '', source: 'person' }))).toBe(true);
});

test('only what a person or MangaDex said can be given back to the files', () => {
  expect(['person', 'mangadex', 'file', null].map((source) => canRelease(state({ source: source as 'file' })))).toEqual(
    [true, true, false, false],
  );
});

test('values read as people write them', () => {
  expect(valueText('RIGHT_TO_LEFT', 'readingDirection')).toBe('Right to left');
  expect(valueText('ja', 'language')).toBe('Japanese');
  expect(valueText([{ name: 'Mori Aoi', role: 'writer' }])).toBe('Mori Aoi');
  expect(valueText(null)).toBe('–');
});

test('what is typed becomes what the server takes', () => {
  expect(sentOf('lines', 'drama\n\n slice of life ')).toEqual(['drama', 'slice of life']);
  expect(sentOf('number', '')).toBeNull();
  expect(sentOf('number', '1.5')).toBe(1.5);
  expect(sentOf('direction', '')).toBeNull();
  expect(sentOf('text', ' Small Press ')).toBe('Small Press');
  expect(
    sentOf('authors', [
      { name: '', role: 'writer' },
      { name: 'Kim Seo', role: 'inker' },
    ]),
  ).toEqual([{ name: 'Kim Seo', role: 'inker' }]);
  expect(typedOf('lines', ['a', 'b'])).toBe('a\nb');
});

test('a change is sent with its lock, and nothing else', () => {
  const states = [
    state({}),
    state({ field: 'publisher', value: '', locked: true }),
    state({ field: 'tags', value: ['x'] }),
  ];
  expect(changesIn('series', states, untouched)).toEqual({});
  expect(changesIn('series', states, { typed: { title: 'Fox', publisher: 'P', tags: 'x\n' }, locks: {} })).toEqual({
    title: 'Fox',
    titleLock: true,
    publisher: 'P',
  });
});

test('a person may leave what they change unlocked, and lock what they do not', () => {
  const states = [state({}), state({ field: 'status', value: 'ENDED' })];
  expect(changesIn('series', states, { typed: { title: 'Fox' }, locks: { title: false, status: true } })).toEqual({
    title: 'Fox',
    statusLock: true,
  });
});

test('a series goes on being sorted by its title when that changes, unless it was sorted otherwise', () => {
  const states = [state({}), state({ field: 'titleSort' })];
  expect(typedInto(states, untouched, 'title', 'Fox').typed).toEqual({ title: 'Fox', titleSort: 'Fox' });
  const apart = [state({}), state({ field: 'titleSort', value: 'Fox, Gone' })];
  expect(typedInto(apart, untouched, 'title', 'Fox').typed).toEqual({ title: 'Fox' });
  expect(typedInto([state({})], untouched, 'title', 'Fox').typed).toEqual({ title: 'Fox' });
});
