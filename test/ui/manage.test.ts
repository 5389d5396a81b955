import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { until } from '../jobs/support';
import { cbz, put } from '../support/book-builders';
import { describeWithBrowser } from '../support/browser';
import { choose, openLibrary, shoot } from './support';

jest.setTimeout(180_000);

describeWithBrowser('An administrator in the browser', () => {
  const ui = openLibrary(async (comics) => {
    for (let number = 1; number <= 12; number++)
      put(comics, `Gone Fox/Gone Fox ${number}.cbz`, await cbz({ seed: number }));
    put(comics, 'Paper Garden/Paper Garden 1.cbz', await cbz({ seed: 20 }));
    put(comics, 'Paper Garden/Paper Garden 2.cbz', await cbz({ seed: 21 }));
    put(comics, 'Paper Garden/Broken.cbz', 'no archive');
  }, 14);

  const libraryId = async () => (await ui.server.json<{ id: string }[]>('/api/v1/libraries'))[0]!.id;
  const inTrash = async () =>
    (await ui.server.json<{ total: number }>(`/api/kiremisu/v1/libraries/${await libraryId()}/trash`)).total;
  const goTo = (name: string) => choose(ui.page, name);

  test('sees on the activity page what ran, and the files that failed with the reason', async () => {
    await goTo('Activity');
    await ui.page.getByRole('heading', { name: 'Activity' }).waitFor();
    await ui.page.getByText('Scanning Comics').first().waitFor();
    await ui.page.getByText('1 file with a problem').click();
    await ui.page.getByText('Paper Garden/Broken.cbz').waitFor();
    await ui.page.getByText('This kind of file is not supported.').first().waitFor();
    await shoot(ui.page, 'activity');
  });

  test('is asked before many books go to the trash, on the home page, and keeps them', async () => {
    renameSync(path.join(ui.comics, 'Gone Fox'), path.join(ui.folder, 'away'));
    await goTo('Scan all libraries');
    await ui.page.getByRole('link', { name: 'KireMisu, home' }).click();
    await ui.page.getByRole('heading', { name: '12 books of 15 in Comics cannot be found' }).waitFor();
    await ui.page.getByText('Which files?').click();
    await ui.page.getByText('Gone Fox/Gone Fox 1.cbz', { exact: true }).waitFor();
    await shoot(ui.page, 'question');
    await ui.page.getByRole('button', { name: 'Keep everything' }).click();
    await ui.page.getByRole('heading', { name: /cannot be found/ }).waitFor({ state: 'detached' });
    expect(await inTrash()).toBe(0);
  });

  test('says yes to more of them, and they are in the trash with their dates', async () => {
    rmSync(path.join(ui.comics, 'Paper Garden/Broken.cbz'));
    await ui.page.getByRole('link', { name: 'Comics' }).first().click();
    await ui.page.getByRole('button', { name: 'Scan', exact: true }).click();
    await ui.page.getByRole('button', { name: 'Move 13 books to the trash' }).click();
    await until('they are in the trash', async () => (await inTrash()) === 13, 30_000);
    await ui.page.getByRole('link', { name: 'Settings' }).click();
    await ui.page.getByRole('link', { name: 'Trash', exact: true }).click();
    await ui.page.getByText('Gone Fox – Gone Fox 12').waitFor();
    await ui.page
      .getByText(/missing since/)
      .first()
      .waitFor();
    await shoot(ui.page, 'trash');
  });

  test('empties the trash only after a second yes', async () => {
    await ui.page.getByRole('button', { name: 'Empty trash…' }).click();
    await ui.page.getByRole('button', { name: 'Cancel' }).click();
    expect(await inTrash()).toBe(13);
    await ui.page.getByRole('button', { name: 'Empty trash…' }).click();
    await ui.page.getByRole('dialog').getByRole('button', { name: 'Empty trash' }).click();
    await ui.page.getByText('The trash is empty').waitFor();
    expect(await inTrash()).toBe(0);
  });

  test('changes the options of a library with the keyboard', async () => {
    await ui.page.getByRole('link', { name: 'Settings' }).click();
    await ui.page.getByRole('heading', { name: 'Settings of Comics' }).waitFor();
    await shoot(ui.page, 'settings');
    const watch = ui.page.getByLabel('Notice changes as they happen');
    await watch.focus();
    await ui.page.keyboard.press('Space');
    await ui.page.getByLabel('Look through the whole folder').selectOption('DAILY');
    await ui.page.getByLabel('Folders to leave out').fill('@eaDir\nextras\n');
    await ui.page.getByLabel('Many are more than').fill('20');
    await ui.page.getByLabel('MangaDex', { exact: true }).selectOption('review');
    await ui.page.getByLabel('Name', { exact: true }).focus();
    await ui.page.keyboard.press('Enter');
    await ui.page.getByText('Saved.').waitFor();
    const id = await libraryId();
    expect(await ui.server.json(`/api/v1/libraries/${id}`)).toMatchObject({
      ...{ name: 'Comics', scanInterval: 'DAILY', scanDirectoryExclusions: ['@eaDir', 'extras'], scanCbx: true },
    });
    expect(await ui.server.json(`/api/kiremisu/v1/libraries/${id}/options`)).toMatchObject({
      watch: false,
      vanishLimit: 20,
    });
    expect(await ui.server.json(`/api/kiremisu/v1/libraries/${id}/metadata`)).toMatchObject({ mode: 'review' });
  });

  test('is told in words what is wrong with a folder, and nothing is changed', async () => {
    await ui.page.getByLabel('Folder', { exact: true }).fill('/does/not/exist');
    await ui.page.getByRole('button', { name: 'Save' }).click();
    await ui.page.getByRole('alert').getByText('Library root folder does not exist').waitFor();
    await ui.page.getByRole('button', { name: 'Undo changes' }).click();
    expect(await ui.page.getByLabel('Folder', { exact: true }).inputValue()).toBe(ui.comics);
  });

  test('adds a library with options of its own', async () => {
    const other = path.join(ui.folder, 'Other');
    put(other, 'Alone/Alone 1.cbz', await cbz({ seed: 40 }));
    await goTo('Add library');
    const dialog = ui.page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Other');
    await dialog.getByLabel('Folder', { exact: true }).fill(other);
    await dialog.getByText('More options').click();
    await dialog.getByLabel('Fingerprint files for KOReader').check();
    await dialog.getByLabel('Numbers, years and titles, from names').check();
    await shoot(ui.page, 'add');
    await dialog.getByRole('button', { name: 'Add library' }).click();
    await ui.page.getByRole('heading', { name: 'Other' }).waitFor();
    await ui.page.getByText('Alone').first().waitFor();
    const added = (await ui.server.json<{ id: string; name: string }[]>('/api/v1/libraries'))[1]!;
    expect(added).toMatchObject({
      name: 'Other',
      hashKoreader: true,
      scanDirectoryExclusions: ['#recycle', '@eaDir', '@Recycle'],
    });
    expect(await ui.server.json(`/api/kiremisu/v1/libraries/${added.id}/options`)).toMatchObject({ parseNames: true });
  });

  test('deletes the file of a book, and then that of a series, each after a second yes', async () => {
    const first = path.join(ui.comics, 'Paper Garden/Paper Garden 1.cbz');
    await ui.page.getByRole('link', { name: 'Comics' }).first().click();
    await ui.page.getByText('Paper Garden').first().click();
    await ui.page.getByRole('link', { name: 'Details of Paper Garden 1' }).click();
    await ui.page.getByRole('button', { name: 'Delete the file of Paper Garden 1' }).click();
    await shoot(ui.page, 'delete');
    await ui.page.getByRole('button', { name: 'Cancel' }).click();
    expect(existsSync(first)).toBe(true);
    await ui.page.getByRole('button', { name: 'Delete the file of Paper Garden 1' }).click();
    await ui.page.getByRole('button', { name: 'Delete file', exact: true }).click();
    await until('the file is gone', () => !existsSync(first), 30_000);
    expect(existsSync(path.join(ui.comics, 'Paper Garden/Paper Garden 2.cbz'))).toBe(true);
    await ui.page.getByRole('link', { name: 'Paper Garden', exact: true }).click();
    await ui.page.getByRole('button', { name: 'Delete files…' }).click();
    await ui.page.getByRole('button', { name: 'Delete files', exact: true }).click();
    await until('the folder is gone', () => !existsSync(path.join(ui.comics, 'Paper Garden')), 30_000);
  });

  test('removes a library after a second yes, and its files stay', async () => {
    await ui.page.getByRole('link', { name: 'Other' }).first().click();
    await ui.page.getByRole('link', { name: 'Settings' }).click();
    await ui.page.getByRole('button', { name: 'Remove library…' }).click();
    await shoot(ui.page, 'remove');
    await ui.page.getByRole('button', { name: 'Remove library', exact: true }).click();
    await ui.page.getByRole('heading', { name: 'Home' }).waitFor();
    await until('it is gone', async () => (await ui.server.json<unknown[]>('/api/v1/libraries')).length === 1);
    expect(existsSync(path.join(ui.folder, 'Other/Alone/Alone 1.cbz'))).toBe(true);
  });

  test('saw no error of a script', () => {
    expect(ui.faults).toEqual([]);
  });
});
