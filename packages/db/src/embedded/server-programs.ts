import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'
import { type ServerPlace, sharedHome } from './server-place.js'
import { canUse, type ServerUser } from './server-user.js'

/** The PostgreSQL programs to run, and the environment they need. */
export interface ServerPrograms {
  readonly binDir: string
  readonly version: string
  readonly major: number
  readonly environment: NodeJS.ProcessEnv
}

/** Finds programs that the server's user can run: `binDir`, else PLINTH_PG_BIN, else those of the npm package. */
export function findPrograms(place: ServerPlace, binDir = process.env.PLINTH_PG_BIN): ServerPrograms {
  const found = binDir ? { binDir: resolve(binDir), libraryPath: [] } : packagedPrograms(place)
  const environment = environmentFor(found.libraryPath)
  const asked = spawnSync(join(found.binDir, 'postgres'), ['--version'], {
    cwd: '/',
    env: environment,
    encoding: 'utf8',
    ...place.user.switchTo,
  })
  const version = /\(PostgreSQL\) (\d+\S*)/.exec(asked.stdout ?? '')?.[1]
  if (version === undefined) {
    throw new EmbeddedPostgresError(
      `${place.user.name} cannot run ${join(found.binDir, 'postgres')}: ` +
        `${asked.error?.message ?? asked.stderr.trim()}. Set PLINTH_PG_BIN to the bin directory of an installed ` +
        'PostgreSQL (15 to 18), or PLINTH_DATABASE_URL to use a server that runs already.',
    )
  }
  return { binDir: found.binDir, version, major: Number.parseInt(version, 10), environment }
}

function packagedPrograms(place: ServerPlace): { binDir: string; libraryPath: readonly string[] } {
  const installed = packageRoot()
  const reachable = ['bin/postgres', 'bin/initdb', 'share/postgresql/postgres.bki'].map((file) =>
    join(installed, 'native', file),
  )
  const root = canUse(place.user, reachable) ? installed : copyWithinReach(installed)
  const native = join(root, 'native')
  return {
    binDir: join(native, 'bin'),
    libraryPath: linkLibraries(root, join(place.home, 'lib'), place.user),
  }
}

function packageRoot(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch {
    throw new EmbeddedPostgresError(
      `The package ${name} is not installed, so there is no embedded PostgreSQL. Install the optional dependencies ` +
        'again, or set PLINTH_PG_BIN to the bin directory of an installed PostgreSQL, or PLINTH_DATABASE_URL.',
    )
  }
}

/** Root's own node_modules may lie where the server's user cannot go; a copy per version is 60 MB, made once. */
function copyWithinReach(installed: string): string {
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string }
  const target = join(sharedHome, `postgresql-${version}`)
  if (existsSync(target)) return target
  const unfinished = `${target}.${process.pid}`
  cpSync(installed, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => !file.endsWith('.a'),
  })
  chmodSync(sharedHome, 0o755)
  openToAll(unfinished)
  try {
    renameSync(unfinished, target)
  } catch (error) {
    rmSync(unfinished, { recursive: true })
    // Another process, starting a server of its own, may have finished the same copy first.
    if (!existsSync(target)) throw error
  }
  return target
}

function openToAll(directory: string): void {
  chmodSync(directory, 0o755)
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) openToAll(path)
    else if (entry.isFile()) chmodSync(path, (lstatSync(path).mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

/**
 * npm packages cannot hold symbolic links, so the package makes its library links after install; package managers
 * that refuse install scripts leave them out. Makes the missing ones, beside the libraries or, where those are
 * read-only, in `fallbackDir`. Gives back what the library search path must then name.
 */
function linkLibraries(root: string, fallbackDir: string, user: ServerUser): readonly string[] {
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  const missing = links.filter(({ target }) => !lstatSync(join(root, target), { throwIfNoEntry: false }))
  try {
    for (const { source, target } of missing) {
      linkOnce(relative(dirname(target), source), join(root, target))
    }
    return []
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  mkdirSync(fallbackDir, { recursive: true })
  chmodSync(fallbackDir, 0o755)
  for (const { source, target } of missing) {
    const link = join(fallbackDir, relative('native/lib', target))
    mkdirSync(dirname(link), { recursive: true })
    // The libraries may have been installed elsewhere since the last start.
    rmSync(link, { force: true })
    symlinkSync(join(root, source), link)
  }
  if (!canUse(user, [fallbackDir]))
    throw new EmbeddedPostgresError(`${user.name} cannot enter ${fallbackDir}`)
  // The libraries name each other too, and those that are linked from elsewhere no longer find their neighbours.
  return [fallbackDir, join(root, 'native/lib')]
}

function linkOnce(source: string, link: string): void {
  try {
    symlinkSync(source, link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** A bare environment: the caller's PGDATA, PGPORT, locale and time zone must not reach the server. */
function environmentFor(libraryPath: readonly string[]): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC', HOME: '/' }
  if (libraryPath.length > 0) environment.LD_LIBRARY_PATH = libraryPath.join(':')
  return environment
}
