import { changesOf, linesOf, listOf, newDraft } from '../../../src/web/parts/library-draft';

test('nothing that was not changed is sent', () => {
  expect(changesOf(newDraft, { ...newDraft, scanDirectoryExclusions: [...newDraft.scanDirectoryExclusions] })).toEqual({
    library: {},
    own: {},
    metadata: {},
  });
});

test('each change goes to the route that takes it', () => {
  const after = {
    ...newDraft,
    ...{ name: 'A', hashPages: true, watch: false, vanishLimit: null, metadataMode: 'off' as const },
  };
  expect(changesOf(newDraft, after)).toEqual({
    library: { name: 'A', hashPages: true },
    own: { watch: false, vanishLimit: null },
    metadata: { mode: 'off' },
  });
});

test('exclusions are one a line', () => {
  expect(listOf(' a \n\n#b\n')).toEqual(['a', '#b']);
  expect(listOf(linesOf(['x', 'y z']))).toEqual(['x', 'y z']);
});
