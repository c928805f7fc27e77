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
