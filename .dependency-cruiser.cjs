// The arrows of the house (docs/house.md): imports follow them backwards only.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import only ${allowed.join(', ')}`,
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [...new Set([from, ...allowed])].map((folder) => `^src/${folder}/`) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'warn',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^src/(worker|web|media)/'] },
      to: {},
    },
    only('base-knows-nobody', 'base', []),
    only('db', 'db', ['base']),
    only('model', 'model', ['base', 'db']),
    only('search', 'search', ['base', 'db', 'model']),
    only('queue', 'queue', ['base', 'db']),
    only('media-has-no-database', 'media', ['base']),
    only('metadata-has-no-database', 'metadata', ['base', 'media']),
    only('opds-is-pure', 'opds', ['base']),
    only('library', 'library', ['base', 'db', 'model', 'search', 'queue', 'media', 'metadata']),
    only('worker', 'worker', ['base', 'db', 'model', 'search', 'queue', 'library']),
    only('http', 'http', ['base', 'db', 'model', 'search', 'queue', 'library', 'opds']),
    {
      name: 'protocols-are-strangers',
      severity: 'error',
      from: { path: '^src/http/(komga|kiremisu|koreader|opds1|opds2|ui)/' },
      to: { path: '^src/http/(komga|kiremisu|koreader|opds1|opds2|ui)/', pathNot: '^src/http/$1/' },
    },
    {
      name: 'only-main-wires',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main\\.ts$' },
      to: { path: '^src/main\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/web/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
