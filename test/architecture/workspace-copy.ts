import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url))
export const plantedFolder = fileURLToPath(new URL('./planted/', import.meta.url))

/** Every file below `folder`, as sorted paths relative to it, with forward slashes. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

/**
 * A copy of the workspace in a temporary folder: the real sources and package.json files, linked the way pnpm links
 * them, so that what is planted there is judged under the real exports maps and no file of the repository is touched.
 */
export class WorkspaceCopy {
  readonly root = mkdtempSync(join(tmpdir(), 'plinth-planted-'))

  constructor() {
    for (const file of ['package.json', 'tsconfig.base.json']) this.#copy(file)
    for (const name of readdirSync(join(repositoryRoot, 'packages'))) {
      for (const part of ['package.json', 'tsconfig.json', 'src', 'node_modules'])
        this.#copy(`packages/${name}/${part}`)
    }
    // One link to the store; the rest of node_modules is relative links, which then stay inside the copy.
    mkdirSync(join(this.root, 'node_modules'))
    symlinkSync(join(repositoryRoot, 'node_modules/.pnpm'), join(this.root, 'node_modules/.pnpm'))
    for (const name of readdirSync(join(repositoryRoot, 'node_modules'))) {
      if (!name.startsWith('.')) this.#copy(`node_modules/${name}`)
    }
  }

  /**
   * Lays the files of `folder` over the copy and returns their paths; a file that is already there is refused. A planted
   * test is kept as `.test.ts.txt`, so that no test runner takes it for one of ours.
   */
  plant(folder: string): string[] {
    return filesBelow(folder).map((file) => {
      const planted = file.replace(/\.txt$/, '')
      if (existsSync(join(this.root, planted))) {
        throw new Error(`${planted} is planted twice, or over a real file`)
      }
      cpSync(join(folder, file), join(this.root, planted))
      return planted
    })
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }

  #copy(path: string): void {
    const source = join(repositoryRoot, path)
    if (existsSync(source)) cpSync(source, join(this.root, path), { recursive: true, verbatimSymlinks: true })
  }
}
