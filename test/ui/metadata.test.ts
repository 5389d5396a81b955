import { until } from '../jobs/support';
import { cbz, put } from '../support/book-builders';
import { describeWithBrowser } from '../support/browser';
import { openLibrary, shoot } from './support';

jest.setTimeout(120_000);

interface Described {
  content: { id: string; name: string; metadata: Record<string, unknown> }[];
}

describeWithBrowser('Metadata in the browser', () => {
  const ui = openLibrary(async (comics) => {
    const comicInfo = { Series: 'Gone Fox', Number: 1, Title: 'The way', Publisher: 'Small Press', Writer: 'Mori Aoi' };
    put(comics, 'Gone Fox/Gone Fox 1.cbz', await cbz({ comicInfo }));
  }, 1);

  const series = async () => (await ui.server.json<Described>('/api/v1/series')).content[0]!;
  const book = async () => (await ui.server.json<Described>('/api/v1/books')).content[0]!;
  const row = (name: string) => ui.page.locator('.origin-list li', { hasText: name });

  test('tells of each field where it comes from', async () => {
    await ui.page.getByText('Gone Fox').first().click();
    await ui.page.getByText('Where does this come from?').click();
    await row('Publisher').getByText('From the files').waitFor();
    await row('Sorted as').getByText('From the name of the folder').waitFor();
    expect(await row('Genres').count()).toBe(0);
    await shoot(ui.page, 'origins');
  });

  test('changes a series: what was changed is locked, all else stays', async () => {
    await ui.page.getByRole('link', { name: 'Edit metadata' }).click();
    await ui.page.getByRole('heading', { name: 'Edit Gone Fox' }).waitFor();
    expect(await ui.page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await ui.page.getByLabel('Publisher', { exact: true }).fill('Large Press');
    await ui.page.getByLabel('Genres', { exact: true }).fill('drama\nslice of life');
    await ui.page.getByLabel('Status', { exact: true }).selectOption('ENDED');
    await ui.page.getByRole('button', { name: 'Lock: Status' }).click();
    await shoot(ui.page, 'edit-series');
    await ui.page.getByRole('button', { name: 'Save' }).click();
    await ui.page.getByText('Saved.').waitFor();
    await ui.page.getByRole('heading', { name: 'Gone Fox', exact: true }).waitFor();
    expect((await series()).metadata).toMatchObject({
      ...{ title: 'Gone Fox', titleLock: false, publisher: 'Large Press', publisherLock: true },
      ...{ genres: ['drama', 'slice of life'], genresLock: true, status: 'ENDED', statusLock: false },
    });
  });

  test('gives a field back to the files, and takes that back', async () => {
    await ui.page.getByText('Where does this come from?').click();
    await row('Publisher').getByText('Set by a person').waitFor();
    await ui.page.getByRole('button', { name: 'Publisher: use what the files say' }).click();
    const publisher = async () => (await series()).metadata['publisher'];
    await until('the files have the word', async () => (await publisher()) === 'Small Press', 30_000);
    await ui.page.reload();
    await ui.page.getByText('Where does this come from?').click();
    await row('Publisher').getByText('From the files').waitFor();
    await ui.page.getByRole('button', { name: 'Genres: use what the files say' }).click();
    await ui.page.locator('.notice').getByRole('button', { name: 'Undo' }).click();
    await until('it is as it was', async () => {
      const { genres, genresLock } = (await series()).metadata;
      return genresLock === true && String(genres) === 'drama,slice of life';
    });
  });

  test('is told in words what the server does not take, and loses nothing of it', async () => {
    await ui.page.getByRole('link', { name: 'Edit metadata' }).click();
    await ui.page.getByLabel('Language', { exact: true }).fill('no language');
    await ui.page.getByLabel('Language', { exact: true }).press('Enter');
    await ui.page.getByRole('alert').getByText('Language must be a valid BCP 47 language tag.').waitFor();
    expect(await ui.page.getByLabel('Language', { exact: true }).inputValue()).toBe('no language');
    await ui.page.getByRole('button', { name: 'Discard' }).click();
    await ui.page.getByRole('heading', { name: 'Gone Fox', exact: true }).waitFor();
  });

  test('shows a book with all that is known of it', async () => {
    await ui.page.getByRole('link', { name: 'Details of #1 – The way' }).click();
    await ui.page.getByRole('heading', { name: '#1 – The way', exact: true }).waitFor();
    await ui.page.getByText('Gone Fox 1.cbz').first().waitFor();
    await ui.page.getByText('Mori Aoi').waitFor();
    await shoot(ui.page, 'book');
    await ui.page.getByRole('button', { name: 'Mark read' }).click();
    await ui.page.getByRole('link', { name: 'Read again' }).waitFor();
  });

  test('changes a book, and the people of it', async () => {
    await ui.page.getByRole('link', { name: 'Edit metadata' }).click();
    await ui.page.getByLabel('Sorted as number', { exact: true }).fill('1.5');
    await ui.page.getByLabel('Release date', { exact: true }).fill('2019-05-04');
    await ui.page.getByRole('button', { name: 'Add a person' }).click();
    await ui.page.getByLabel('Name of person 2').fill('Kim Seo');
    await ui.page.getByLabel('Role of person 2').fill('inker');
    await shoot(ui.page, 'edit-book');
    await ui.page.getByRole('button', { name: 'Save' }).click();
    await ui.page.getByText('Inks').waitFor();
    expect((await book()).metadata).toMatchObject({
      ...{ title: 'The way', titleLock: false, numberSort: 1.5, numberSortLock: true, releaseDate: '2019-05-04' },
      authors: [
        { name: 'Mori Aoi', role: 'writer' },
        { name: 'Kim Seo', role: 'inker' },
      ],
    });
  });

  test('saw no error of a script', () => {
    expect(ui.faults).toEqual([]);
  });
});
