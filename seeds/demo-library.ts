import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Knex } from 'knex';
import sharp from 'sharp';
import { zipOf, type ZipEntry } from '../scripts/zip-file';
import { newId } from '../src/base/public-id';

/** Drawn shapes and invented names: nothing here is anybody's work. */
interface DemoSeries {
  name: string;
  books: number;
  hue: number;
  info: Record<string, string | number>;
}

const demo: DemoSeries[] = [
  {
    ...{ name: 'The Paper Harbour', books: 4, hue: 200 },
    info: { Writer: 'Ann Author', Publisher: 'Demo Press', Genre: 'Mystery, Drama', LanguageISO: 'en', Manga: 'No' },
  },
  {
    ...{ name: '静かな庭の図書館', books: 3, hue: 120 },
    info: { Writer: '豪 墨', Publisher: '川書店', Genre: '日常', LanguageISO: 'ja', Manga: 'YesAndRightToLeft' },
  },
  {
    ...{ name: 'Lantern Fox', books: 2, hue: 20 },
    info: { Writer: 'Bo Brush', Genre: 'Fantasy', LanguageISO: 'en', AgeRating: 'Everyone', StoryArc: 'First Light' },
  },
];

const pages = 6;
const width = 600;
const height = 900;

/** A page shows as many dots as its number, so that its order can be seen. */
function drawPage(hue: number, book: number, page: number): Promise<Buffer> {
  const dots = Array.from({ length: page }, (_, index) => {
    const [x, y] = [120 + (index % 4) * 120, 240 + Math.floor(index / 4) * 120];
    return `<circle cx="${x}" cy="${y}" r="40" fill="hsl(${hue + 180}, 70%, 45%)"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="hsl(${hue}, 45%, ${85 - book * 8}%)"/>
    <rect x="30" y="30" width="${width - 60}" height="${height - 60}" fill="none" stroke="#333" stroke-width="6"/>
    ${dots.join('')}
  </svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 80 }).toBuffer();
}

function comicInfo(series: DemoSeries, number: number): ZipEntry {
  const fields = { Series: series.name, Title: `Part ${number}`, Number: number, Count: series.books, ...series.info };
  const elements = Object.entries(fields).map(([name, value]) => `  <${name}>${value}</${name}>`);
  const text = `<?xml version="1.0" encoding="utf-8"?>\n<ComicInfo>\n${elements.join('\n')}\n</ComicInfo>\n`;
  return { name: 'ComicInfo.xml', data: Buffer.from(text) };
}

/** Draws the demo comics into a folder; the same files each time. */
export async function writeDemoLibrary(root: string): Promise<void> {
  for (const series of demo) {
    const folder = path.join(root, series.name);
    mkdirSync(folder, { recursive: true });
    for (let number = 1; number <= series.books; number++) {
      const entries = [comicInfo(series, number)];
      for (let page = 1; page <= pages; page++) {
        entries.push({ name: `${String(page).padStart(3, '0')}.jpg`, data: await drawPage(series.hue, number, page) });
      }
      writeFileSync(path.join(folder, `${series.name} ${String(number).padStart(2, '0')}.cbz`), zipOf(entries));
    }
  }
}

/** `npm run knex -- seed:run`: a small library below DEMO_DIR (else DATA_DIR, else here); the server scans it when it starts. */
export async function seed(knex: Knex): Promise<void> {
  const root = path.resolve(process.env['DEMO_DIR'] ?? path.join(process.env['DATA_DIR'] ?? '.', 'demo-library'));
  await writeDemoLibrary(root);
  const now = new Date();
  const row = { id: newId(), name: 'Demo', root, scanOnStartup: true, createdAt: now, modifiedAt: now };
  const known = await knex<{ name: string }>('library').where({ name: row.name }).first('name');
  if (known === undefined) await knex('library').insert(row);
}
