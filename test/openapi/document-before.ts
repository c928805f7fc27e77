import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The file as it was one commit earlier, or why nobody knows. */
export type Before =
  | { readonly text: string; readonly commit: string }
  | { readonly text: undefined; readonly reason: string }

/**
 * What stood in `path` before `text`: the last commit's, if the text is not yet committed, else that of the commit before it.
 * The path is looked up from `root`, so that a tree unpacked inside another repository is not mistaken for that one's.
 */
export async function documentBefore(root: string, path: string, text: string): Promise<Before> {
  const inHead = await fileAt('HEAD', { root, path })
  if (inHead.text === undefined || inHead.text !== text) return inHead
  return await fileAt('HEAD~1', { root, path })
}

/** The files of a folder as it was one commit earlier, and which of them are gone; or why nobody knows. */
export type NamesBefore =
  | { readonly names: readonly string[]; readonly gone: readonly string[] }
  | { readonly names: undefined; readonly reason: string }

/**
 * The names in a folder of the last commit, if a file of it differs from what `readNow` reads or is gone, else of the commit
 * before it.
 */
export async function namesBefore(
  root: string,
  folder: string,
  readNow: (name: string) => string,
): Promise<NamesBefore> {
  const isGone = (name: string): boolean => {
    try {
      return readNow(name) === ''
    } catch {
      return true
    }
  }
  for (const commit of ['HEAD', 'HEAD~1']) {
    const listed = await namesAt(commit, { root, folder })
    if (listed.names === undefined) return listed
    const gone = listed.names.filter(isGone)
    if (gone.length > 0 || commit === 'HEAD~1') return { names: listed.names, gone }
  }
  throw new Error('one of two commits is the last')
}

async function namesAt(
  commit: string,
  { root, folder }: { root: string; folder: string },
): Promise<
  | { readonly names: readonly string[]; readonly reason?: undefined }
  | { readonly names: undefined; readonly reason: string }
> {
  const git = gitIn(root)
  const listed = await git('ls-tree', '--name-only', `${commit}:./${folder}`).catch(() => undefined)
  if (listed === undefined) return { names: undefined, reason: `${commit} has no ${folder} yet` }
  return { names: listed.split('\n').filter((name) => name !== '') }
}

async function fileAt(commit: string, { root, path }: { root: string; path: string }): Promise<Before> {
  const git = gitIn(root)
  try {
    await git('rev-parse', '--git-dir')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return unknown(missing ? 'git is not installed here' : 'this is no git repository')
  }
  const id = await git('rev-parse', '--verify', '--quiet', `${commit}^{commit}`).catch(() => undefined)
  if (id === undefined)
    return unknown(`the history ends before ${commit}: the first commit, or a shallow clone`)
  const listed = await git('ls-tree', '--name-only', id.trim(), '--', path)
  if (listed.trim() === '') return unknown(`${commit} has no ${path} yet`)
  return { text: await git('show', `${id.trim()}:./${path}`), commit: id.trim().slice(0, 12) }
}

const unknown = (reason: string): Before => ({ text: undefined, reason })

// Larger than any document of ours: what git prints beyond it would be an error.
const maxBuffer = 64 * 1024 * 1024

const gitIn =
  (cwd: string) =>
  async (...parameters: string[]): Promise<string> =>
    (await promisify(execFile)('git', parameters, { cwd, maxBuffer })).stdout
