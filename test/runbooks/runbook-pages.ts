import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../architecture/workspace-copy.js'

/** Some commands of a page that are pasted together. */
export interface CommandBlock {
  readonly page: string
  /** Of the page's file. */
  readonly line: number
  readonly section: string
  /** A block that only looks, and that the test runs. */
  readonly runs: boolean
  readonly exits: number
  readonly text: string
  /** Lines of what it prints, `…` for anything; none: nothing is said of that. */
  readonly prints: readonly string[]
}

export interface Runbook {
  readonly page: string
  readonly sections: readonly string[]
  readonly blocks: readonly CommandBlock[]
}

const folder = join(repositoryRoot, 'ops', 'runbooks')

/** All pages but the one that lists them. */
export const runbooks = (): Runbook[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((page) => ({ ...partsOf(page, readFileSync(join(folder, page), 'utf8')), page }))

export const listOfRunbooks = (): string => readFileSync(join(folder, 'README.md'), 'utf8')

interface Fence {
  readonly words: readonly string[]
  readonly line: number
  readonly lines: string[]
}

/** The headings of a page and its fenced blocks; a `text` block behind one of commands says what those print. */
function partsOf(page: string, text: string): Omit<Runbook, 'page'> {
  const sections: string[] = []
  const blocks: CommandBlock[] = []
  let fence: Fence | undefined
  for (const [at, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) {
      if (fence === undefined) fence = { words: line.slice(3).split(' '), line: at + 1, lines: [] }
      else {
        addBlock(fence, { page, section: sections.at(-1) ?? '' }, blocks)
        fence = undefined
      }
    } else if (fence !== undefined) fence.lines.push(line)
    else if (line.startsWith('## ')) sections.push(line.slice(3))
  }
  if (fence !== undefined) throw new Error(`${page}:${fence.line}: this block has no end`)
  return { sections, blocks }
}

function addBlock(
  { words, line, lines }: Fence,
  place: { page: string; section: string },
  blocks: CommandBlock[],
): void {
  const [kind, run, exits, code] = words
  if (kind === 'text') {
    const last = blocks.pop()
    if (last === undefined) throw new Error(`${place.page}:${line}: printed by no command`)
    blocks.push({ ...last, prints: lines })
    return
  }
  if (kind !== 'sh')
    throw new Error(`${place.page}:${line}: a block is of commands, sh, or of what they print, text`)
  const exitCode = exits === 'exits' ? Number(code) : 0
  blocks.push({ ...place, line, runs: run === 'run', exits: exitCode, text: lines.join('\n'), prints: [] })
}

/** The commands of a block as words, without what quotes and options of a shell do to them. */
export function commandsOf({ text }: CommandBlock): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) =>
      [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([whole, one, two]) => one ?? two ?? whole),
    )
}

/** Whether a line that was printed is one that the page shows. */
export function isPrinted(shown: string, output: string): boolean {
  const pattern = shown
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, ' +'))
    .join('.*')
  return output
    .split('\n')
    .some((line) => new RegExp(`^${pattern}`).test(line.trimEnd()) || new RegExp(pattern).test(line))
}
