import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const index = readFileSync(join(__dirname, '../../../src/web/index.html'), 'utf8');

test('the page holds the base placeholder exactly once, before any address', () => {
  expect(index.split('<base href="/" />')).toHaveLength(2);
  expect(index.indexOf('<base ')).toBeLessThan(index.search(/(href|src)="(?!\/")/));
});

test('the page works under a strict policy: nothing inline, nothing from elsewhere', () => {
  expect(index).not.toMatch(/<style|\sstyle=|\son[a-z]+=|https?:\/\//);
  expect(index.match(/<script[^>]*>[^<]*/g)).toEqual(['<script type="module" src="./main.tsx">']);
});

test('reading apps find the catalogs from the page', () => {
  expect(index).toMatch(
    /type="application\/atom\+xml;profile=opds-catalog;kind=navigation"\s+href="opds\/v1\.2\/catalog"/,
  );
  expect(index).toContain('type="application/opds+json" href="opds/v2/catalog"');
});
