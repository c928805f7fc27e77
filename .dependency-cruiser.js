// The boundary rules of Plinth. Each has a planted violation under test/architecture/planted/rules/<name>, and
// test/architecture/dependency-rules.test.ts sees it refused: a rule that nobody has seen fail is a wish.
import { readdirSync, readFileSync } from 'node:fs'

const packagesFolder = new URL('./packages/', import.meta.url)

/** Every module may use those before it (ARCHITECTURE.md); the three edges come last. */
const modulesInOrder = [
  'kernel',
  'telemetry',
  'db',
  'tenancy',
  'audit',
  'outbox',
  'product',
  'account',
  'ledger',
  'evidence',
  'holds',
  'suspense',
  'posting',
  'interest',
  'fx',
  'eod',
  'reconciliation',
  'events',
  'webhooks',
  'journey',
]
const edges = ['http', 'client', 'cli', 'app']

const oneOf = (names) => `(${names.join('|')})`
const packageOf = (names) => `^packages/${oneOf(names)}/`
const layer = (name) => `^packages/[^/]+/src/${name}/`
// pnpm resolves to node_modules/.pnpm/NAME@VERSION/node_modules/NAME/, which this matches too.
const library = (...names) => `node_modules/${oneOf(names)}/`
const tests = '\\.test\\.ts$'
const serverDoor = '^packages/http/src/server\\.ts$'
const natsDoor = '^packages/events/src/nats\\.ts$'
const sqlDoor = '^packages/db/src/sql\\.ts$'

/** The packages of Plinth that `name` states in its package.json. */
function declaredPackages(name) {
  const manifest = JSON.parse(readFileSync(new URL(`${name}/package.json`, packagesFolder), 'utf8'))
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter((dependency) => dependency.startsWith('@plinth/'))
    .map((dependency) => dependency.slice('@plinth/'.length))
}

const packageNames = readdirSync(packagesFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const shape = [
  {
    name: 'no-cycles',
    comment:
      'Files that need each other cannot be read, tested or moved alone. Types count: they are knowledge too.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'not-resolvable',
    comment: 'Under pnpm an undeclared library does not resolve, so no other rule would see it.',
    severity: 'error',
    // The program file starts the compiled main, which a tree that was not built does not have.
    from: { pathNot: '^packages/app/bin/' },
    to: { couldNotResolve: true },
  },
  {
    name: 'libraries-are-declared',
    comment:
      'A library that only the repository root declares would be missing from the package when it runs alone.',
    severity: 'error',
    from: { path: '^packages/', pathNot: tests },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'production-stands-without-tests',
    comment: 'What is shipped neither loads tests nor what is installed for tests only.',
    severity: 'error',
    from: { path: '^packages/', pathNot: tests },
    to: { path: [tests, '^test/', library('vitest', 'fast-check')] },
  },
  {
    name: 'production-stands-without-dev-dependencies',
    comment: 'A production install leaves devDependencies out; types alone may come from there.',
    severity: 'error',
    from: { path: '^packages/', pathNot: tests },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
  },
  {
    name: 'workspace-runs-from-source',
    comment: 'An edge that ends in dist hides what lies behind it from every other rule.',
    severity: 'error',
    from: { path: '^packages/[^/]+/src/' },
    to: { path: '^packages/[^/]+/dist/' },
  },
]

const doors = [
  {
    name: 'modules-meet-at-their-doors',
    comment:
      'A module is its index.ts, and ./domain for its pure rules; everything behind them is free to change. The server and the broker have doors of their own, so that short commands need not read them.',
    severity: 'error',
    from: { path: '^packages/([^/]+)/' },
    to: {
      path: '^packages/[^/]+/src/',
      pathNot: ['^packages/$1/', 'src/index\\.ts$', 'src/domain/index\\.ts$', serverDoor, natsDoor, sqlDoor],
    },
  },
  {
    name: 'packages-are-named-not-reached',
    comment: 'A relative path out of the package goes round its exports map; @plinth/NAME does not.',
    severity: 'error',
    from: { path: '^packages/([^/]+)/' },
    to: { path: '^packages/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
  },
  {
    name: 'index-is-for-others',
    comment:
      'Inside a package, import the file that owns the thing: through index.ts everything depends on everything.',
    severity: 'error',
    from: { path: '^packages/([^/]+)/src/' },
    to: { path: '^packages/$1/src/index\\.ts$' },
  },
  // The repository root links every package for the tests, so an undeclared one resolves: package.json decides, not luck.
  ...packageNames.map((name) => ({
    name: 'modules-are-declared',
    comment: `The modules ${name} may use are the dependencies in its package.json.`,
    severity: 'error',
    from: { path: packageOf([name]), pathNot: tests },
    to: { path: '^packages/', pathNot: packageOf([name, ...declaredPackages(name)]) },
  })),
  {
    name: 'kernel-stands-alone',
    comment: 'Everything rests on the kernel, so it rests on nothing of ours.',
    severity: 'error',
    from: { path: packageOf(['kernel']) },
    to: { path: '^packages/', pathNot: packageOf(['kernel']) },
  },
  {
    name: 'client-stands-alone',
    comment: 'What programs outside install brings nothing of the inside with it.',
    severity: 'error',
    from: { path: packageOf(['client']), pathNot: tests },
    to: { path: ['^packages/', library('.+')], pathNot: packageOf(['client']) },
  },
  ...modulesInOrder.slice(1).map((name, position) => ({
    name: 'modules-in-order',
    comment: `${name} may use only the modules before it, so that the picture in ARCHITECTURE.md has one direction.`,
    severity: 'error',
    from: { path: packageOf([name]) },
    to: { path: packageOf([...modulesInOrder.slice(position + 2), 'none']) },
  })),
  {
    name: 'edges-are-last',
    comment: 'Modules do not know how they are called: over HTTP, from a terminal or from a test.',
    severity: 'error',
    from: { path: '^packages/', pathNot: packageOf(edges) },
    to: { path: packageOf(edges) },
  },
]

const layers = [
  {
    name: 'domain-is-pure',
    comment:
      'A decision that reads neither database nor clock nor log can be replayed and tested as a table.',
    severity: 'error',
    from: { path: layer('domain'), pathNot: tests },
    to: {
      path: [
        layer('(application|infrastructure)'),
        '^packages/db/',
        library('kysely', 'pg', 'express', 'pino', 'zod'),
        '^(node:)?(fs|fs/promises|net|http|https|child_process|worker_threads|timers|timers/promises|process)$',
      ],
    },
  },
  {
    name: 'domain-borrows-types-only',
    comment: "Another module's index.ts loads its SQL at run time; its ./domain door does not.",
    severity: 'error',
    from: { path: layer('domain'), pathNot: tests },
    to: {
      path: '^packages/[^/]+/src/index\\.ts$',
      pathNot: ['^packages/kernel/'],
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'application-sees-ports-only',
    comment: 'A use case states what it needs in ports.ts; index.ts hands it the store.',
    severity: 'error',
    from: { path: layer('application'), pathNot: tests },
    to: { path: layer('infrastructure') },
  },
]

const libraries = [
  {
    name: 'only-infrastructure-speaks-sql',
    comment: 'SQL lives where the tables are described; elsewhere a transaction is something to pass on.',
    severity: 'error',
    from: { path: '^packages/', pathNot: [layer('infrastructure'), '^packages/db/', tests] },
    to: { path: [sqlDoor, library('kysely', 'pg')] },
  },
  {
    name: 'web-framework-in-http-only',
    comment: 'One package speaks HTTP, so one package has to be right about it.',
    severity: 'error',
    from: { path: '^packages/', pathNot: '^packages/http/' },
    to: { path: library('express', 'zod-openapi', 'swagger-ui-dist') },
  },
  {
    name: 'parsing-at-the-edge-only',
    comment: 'Input is parsed once, where it comes in; past the edge types are trusted.',
    severity: 'error',
    from: { path: '^packages/', pathNot: packageOf(edges) },
    to: { path: library('zod', 'commander', 'csv-parse') },
  },
]

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...shape, ...doors, ...layers, ...libraries],
  options: {
    // Without it, `import type` is invisible.
    tsPreCompilationDeps: true,
    // dist is seen but not entered: excluding it would hide imports that end there.
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    // Without `source` the cruiser resolves to the compiled files and misses edges.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'default'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
    moduleSystems: ['es6'],
  },
}
