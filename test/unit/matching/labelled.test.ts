import { titleOfManga } from '../../../src/metadata/mangadex/mapping';
import { wireManga } from '../../../src/metadata/mangadex/wire';
import { findMatch } from '../../../src/metadata/matching/match';
import { subjectOf } from '../../../src/metadata/matching/subject';
import { loadCatalogue, searchCatalogue, wireRecord } from '../../support/mangadex-catalogue';
import { describeWithReference } from '../../support/reference';

describeWithReference('the labelled names', (directory) => {
  test('are matched without an error, and most of them', async () => {
    const { catalogue, names } = loadCatalogue(directory);
    const titles = new Map(
      catalogue.manga.map((manga) => [manga.id, titleOfManga(wireManga.parse(wireRecord(catalogue, manga)))]),
    );
    const provider = {
      search: (query: string) =>
        Promise.resolve(
          searchCatalogue(catalogue, query)
            .slice(0, 25)
            .flatMap(({ id }) => titles.get(id) ?? []),
        ),
      details: () => Promise.resolve(new Map()),
    };
    const wrong: string[] = [];
    let right = 0;
    for (const { name, label, acceptable = [], hints } of names) {
      const authors = hints?.comicInfo?.['Writer']?.split(',') ?? [];
      const { outcome, candidates } = await findMatch(provider, subjectOf(name, { authors }));
      if (outcome !== 'matched') continue;
      if ([label, ...acceptable].includes(candidates[0]?.title.id ?? '')) right++;
      else wrong.push(`${name} -> ${candidates[0]?.title.titles[0]?.title}`);
    }
    expect(wrong).toEqual([]);
    // 79 of the 81 that have a title at the time of writing
    expect(right).toBeGreaterThanOrEqual(77);
  });
});
