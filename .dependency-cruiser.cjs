// Imports go down only (docs/architecture.md): a room may import the floors below it, never a neighbour.
const floors = [
  ['cli'],
  ['daemon.ts', 'daemon'],
  ['sshd', 'web', 'standalone'],
  ['auth', 'menu', 'files'],
  ['session'],
  ['asset', 'audit', 'policy'],
  ['core', 'ssh2'],
  ['terminal', 'i18n'],
  ['config', 'asset-options', 'log.ts', 'base'],
]
const at = (rooms) => `^src/(${rooms.join('|').replaceAll('.', '\\.')})(/|$)`
// daemon.ts and its folder are one room, the composition root.
const downOnly = floors.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `down-only:${room}`,
    severity: 'error',
    from: { path: at([room]) },
    to: {
      path: at([
        ...floors.slice(0, floor).flat(),
        ...rooms.filter((other) => other !== room && !other.startsWith('daemon')),
      ]),
    },
  })),
)

module.exports = {
  forbidden: [
    // base and log are leaves that every room may use, also their neighbours on the ground floor.
    ...downOnly.filter(({ name }) => !/:(log\.ts|config|asset-options)$/.test(name)),
    {
      name: 'down-only:ground-floor',
      severity: 'error',
      from: { path: at(['log.ts', 'config', 'asset-options']) },
      to: { path: at([...floors.slice(0, -1).flat()]) },
    },
    {
      name: 'config-only-for-cli-and-daemon',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|daemon\\.ts$|daemon/|config/)' },
      to: { path: at(['config']) },
    },
    {
      name: 'ssh2-only-in-its-room',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ssh2/' },
      to: { path: '(^|/)node_modules/(@types/)?ssh2/' },
    },
    {
      name: 'standalone-only-over-core',
      severity: 'error',
      from: { path: '^src/standalone/' },
      to: { path: at(['auth', 'menu', 'files', 'session', 'asset', 'audit', 'policy']) },
    },
    // A room that stands on no floor would be under no rule: it is entered in the list above, or it does not exist.
    {
      name: 'every-room-has-a-floor',
      severity: 'error',
      from: { path: '^src/', pathNot: at(floors.flat()) },
      to: {},
    },
    {
      name: 'only-rooms-with-a-floor',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(src|test|bench|scripts)/', pathNot: at(floors.flat()) },
    },
    {
      name: 'installed-with-the-program',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'resolvable', severity: 'error', from: { path: '^src/' }, to: { couldNotResolve: true } },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
}
