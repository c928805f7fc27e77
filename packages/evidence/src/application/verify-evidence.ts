import type { Tx } from '@plinth/db'
import { type Currencies, InvariantViolation, type TenantId } from '@plinth/kernel'
import { type JournalEntry, listEntries, readHead } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import { parseCheckpoint } from '../domain/checkpoint.js'
import { evidenceOf, leafOf, saltBytes } from '../domain/entry-evidence.js'
import { type EvidenceFinding, type EvidenceFindings, Findings } from '../domain/findings.js'
import { readKeptAnchors } from '../domain/kept-anchors.js'
import { GrowingTree, type HashedNode } from '../domain/merkle-tree.js'
import { believedKeys, signedBy, type Verifier } from '../domain/signed-note.js'
import { isStored, placeOf } from '../domain/stored-nodes.js'
import type { EvidenceStore, SealedEntry, StoredCheckpoint } from './ports.js'

export interface VerifyRequest {
  readonly tenantId: TenantId
  readonly currencies: Currencies
  /** Keys that checkpoints may be signed with; undefined: those that the database names, which whoever forges could name too. */
  readonly trusted: readonly Verifier[] | undefined
  /** Checkpoints that were kept outside: signed notes. Undefined: none are compared with. */
  readonly anchors: readonly string[] | undefined
}

export interface EvidenceReport {
  readonly rules: readonly EvidenceFindings[]
  readonly sealed: number
  /** Entries above the last checkpoint: they have no evidence yet. */
  readonly unsealed: number
}

// A page and the next one are in memory, some tens of megabytes where entries have 1000 lines.
const entriesPerPage = 1_000
const linesPerPage = 10_000

/** Makes every leaf, the tree and every checkpoint's root again, in the snapshot of `tx`, and compares them with what is kept. */
export const verifyEvidenceWith =
  (store: EvidenceStore) =>
  async (tx: Tx, request: VerifyRequest): Promise<EvidenceReport> => {
    const check = new EvidenceCheck(store, tx, request)
    return await check.run()
  }

type Fault = Pick<EvidenceFinding, 'expected' | 'found'>

const rootText = (root: Buffer): string => `root ${root.toString('base64')}`

/** Sealed entries and what the journal says of them. */
interface Page {
  readonly sealed: readonly SealedEntry[]
  readonly entries: ReadonlyMap<number, JournalEntry>
}

class EvidenceCheck {
  readonly #findings = new Findings()
  readonly #tree = new GrowingTree()
  #nodes = 0
  /** Of the last checkpoint whose root was right. */
  #rightUpTo = 0
  #checkpoints: StoredCheckpoint[] = []
  #lastCheckpoint = 0
  #verifiers: readonly Verifier[] = []
  #anchors = new Map<number, readonly Buffer[]>()

  constructor(
    readonly store: EvidenceStore,
    readonly tx: Tx,
    readonly request: VerifyRequest,
  ) {}

  async run(): Promise<EvidenceReport> {
    const { store, tx, request } = this
    const [head, treeSize, keys] = await Promise.all([
      readHead(tx),
      store.readTreeSize(tx),
      store.readKeys(tx),
    ])
    this.#verifiers = believedKeys(keys, request.trusted)
    this.#readAnchors()
    await this.#checkPages()
    await this.#checkEnd(treeSize)
    const asked = ['entries_as_sealed', 'tree_as_sealed', 'checkpoints_stand'] as const
    return {
      rules: this.#findings.of(request.anchors === undefined ? asked : [...asked, 'anchors_agree']),
      sealed: this.#tree.size,
      unsealed: Math.max(head.nextEntryNo - 1 - this.#tree.size, 0),
    }
  }

  /** The database reads the next page while this process hashes the one at hand. */
  async #checkPages(): Promise<void> {
    let next = this.#readPage(0)
    for (;;) {
      const page = await next
      const last = page.sealed.at(-1)
      if (last === undefined) return
      next = this.#readPage(last.entryNo)
      // Whatever becomes of it is found where it is awaited, and it is awaited in any case: the transaction ends behind it.
      next.catch(() => {})
      if (await this.#checkPage(page)) continue
      await next
      return
    }
  }

  async #readPage(after: number): Promise<Page> {
    const { store, tx } = this
    const sealed = await store.readSealed(tx, { after, limit: entriesPerPage, lines: linesPerPage })
    const entryNoTo = sealed.at(-1)?.entryNo
    if (entryNoTo === undefined) return { sealed, entries: new Map() }
    const listed = { filter: { entryNoTo }, order: 'asc', limit: entriesPerPage, after } as const
    const entries = await listEntries(tx, listed)
    return { sealed, entries: new Map(entries.map((entry) => [entry.entryNo, entry])) }
  }

  /** False if the tree cannot be made any further. */
  async #checkPage({ sealed: page, entries }: Page): Promise<boolean> {
    const completed: HashedNode[] = []
    for (const sealed of page) {
      const due = this.#tree.size + 1
      if (sealed.entryNo !== due) {
        const found = `the next is ${sealed.entryNo}`
        this.#findings.add('tree_as_sealed', { row: { entryNo: due }, expected: 'it is sealed', found })
        return false
      }
      this.#checkEntry(sealed, entries.get(due))
      completed.push(...this.#tree.append(sealed.leaf).filter(isStored))
      await this.#checkRoot()
    }
    await this.#checkNodes(completed)
    return true
  }

  #checkEntry(sealed: SealedEntry, entry: JournalEntry | undefined): void {
    const { entryNo, leaf, salts } = sealed
    if (entry === undefined) {
      const expected = 'the entry that was sealed'
      this.#findings.add('entries_as_sealed', { row: { entryNo }, expected, found: 'none' })
      return
    }
    const row = { entryNo, journalEntryId: entry.entryId }
    const lines = salts.lines.length / saltBytes
    if (lines !== entry.lines.length) {
      const [expected, found] = [`${lines} lines`, `${entry.lines.length} lines`]
      this.#findings.add('entries_as_sealed', { row, expected, found })
      return
    }
    if ((salts.details === undefined) !== (entry.detailsErased !== undefined)) {
      const [gone, there] = ['a destroyed salt', 'the salt of the details']
      const [expected, found] = entry.detailsErased === undefined ? [there, gone] : [gone, there]
      this.#findings.add('entries_as_sealed', { row, expected, found })
      return
    }
    const made = this.#leafOf(entry, sealed)
    if (made?.equals(leaf) === true) return
    const expected = `leaf ${leaf.toString('hex')}`
    const found = made === undefined ? 'what no entry can say' : `leaf ${made.toString('hex')}`
    this.#findings.add('entries_as_sealed', { row, expected, found })
  }

  /** Undefined of an entry that was made into something that cannot be answered, such as one in a currency that there is not. */
  #leafOf(entry: JournalEntry, { salts }: SealedEntry): Buffer | undefined {
    const { tenantId, currencies } = this.request
    try {
      return leafOf(evidenceOf(tenantId, renderEntry(entry, currencies), salts))
    } catch (error) {
      if (error instanceof InvariantViolation) return undefined
      throw error
    }
  }

  /** Compares with the checkpoint and the anchors of just so many entries, where there are any. */
  async #checkRoot(): Promise<void> {
    const { size } = this.#tree
    const checkpoint = await this.#nextCheckpoint()
    const anchors = this.#anchors.get(size)
    if (checkpoint?.treeSize !== size && anchors === undefined) return
    const root = this.#tree.root()
    if (checkpoint?.treeSize === size) {
      this.#checkpoints.shift()
      this.#checkCheckpoint(checkpoint, root)
    }
    for (const anchor of anchors ?? []) {
      const found = rootText(root)
      const expected = rootText(anchor)
      if (!anchor.equals(root))
        this.#findings.add('anchors_agree', { row: { treeSize: size }, expected, found })
    }
    this.#anchors.delete(size)
  }

  async #nextCheckpoint(): Promise<StoredCheckpoint | undefined> {
    if (this.#checkpoints.length === 0 && this.#lastCheckpoint !== Number.POSITIVE_INFINITY) {
      const page = { after: this.#lastCheckpoint, limit: entriesPerPage }
      this.#checkpoints = await this.store.readCheckpoints(this.tx, page)
      this.#lastCheckpoint = this.#checkpoints.at(-1)?.treeSize ?? Number.POSITIVE_INFINITY
    }
    return this.#checkpoints[0]
  }

  #checkCheckpoint(checkpoint: StoredCheckpoint, made: Buffer): void {
    const { treeSize } = checkpoint
    const fault = this.#faultOfNote(checkpoint) ?? this.#faultOfRoot(checkpoint, made)
    if (fault === undefined) this.#rightUpTo = treeSize
    else this.#findings.add('checkpoints_stand', { row: { treeSize }, ...fault })
  }

  #faultOfNote({ treeSize, root, note }: StoredCheckpoint): Fault | undefined {
    const parsed = parseCheckpoint(note)
    if (parsed === undefined) return { expected: 'a signed note', found: 'something else' }
    if (!parsed.origin.endsWith(`/${this.request.tenantId}`))
      return { expected: 'the origin of the tenant', found: `origin ${parsed.origin}` }
    if (parsed.treeSize !== treeSize || !parsed.root.equals(root))
      return { expected: `${treeSize} entries, ${rootText(root)}`, found: 'a note that says others' }
    if (signedBy(parsed.note, this.#verifiers)?.name !== parsed.origin)
      return { expected: 'the signature of a trusted key', found: 'none' }
    return undefined
  }

  #faultOfRoot({ treeSize, root }: StoredCheckpoint, made: Buffer): Fault | undefined {
    if (made.equals(root)) return undefined
    // All that can be said: up to the checkpoint before nothing was changed.
    const between = `among entries ${this.#rightUpTo + 1} to ${treeSize} at least one differs`
    return { expected: rootText(root), found: `${rootText(made)}: ${between}` }
  }

  async #checkNodes(completed: readonly HashedNode[]): Promise<void> {
    this.#nodes += completed.length
    const ranges = completed.map(({ level, index }) => ({ level, from: index, to: index + 1 }))
    const stored = await this.store.readNodes(this.tx, ranges)
    for (const { level, index, hash } of completed) {
      const found = stored.get(placeOf({ level, index }))
      if (found?.equals(hash) === true) continue
      const row = { level, entryNoFrom: index * 2 ** level + 1, entryNoTo: (index + 1) * 2 ** level }
      const [expected, other] = [
        `hash ${hash.toString('hex')}`,
        found ? `hash ${found.toString('hex')}` : 'none',
      ]
      this.#findings.add('tree_as_sealed', { row, expected, found: other })
    }
  }

  async #checkEnd(treeSize: number): Promise<void> {
    const { size } = this.#tree
    if (size !== treeSize) {
      const [expected, found] = [`${treeSize} sealed entries`, `${size}`]
      this.#findings.add('tree_as_sealed', { row: { treeSize }, expected, found })
    }
    const nodes = await this.store.countNodes(this.tx)
    if (nodes !== this.#nodes) {
      const [expected, found] = [`${this.#nodes} stored hashes`, `${nodes}`]
      this.#findings.add('tree_as_sealed', { row: { treeSize }, expected, found })
    }
    for (let left = await this.#nextCheckpoint(); left !== undefined; left = await this.#nextCheckpoint()) {
      this.#checkpoints.shift()
      const row = { treeSize: left.treeSize }
      const expected = `${left.treeSize} sealed entries`
      this.#findings.add('checkpoints_stand', { row, expected, found: `${size}` })
    }
    if (size > 0 && (await this.store.readLatest(this.tx))?.treeSize !== size) {
      const expected = 'a checkpoint of all that is sealed'
      this.#findings.add('checkpoints_stand', { row: { treeSize: size }, expected, found: 'none' })
    }
    for (const of of this.#anchors.keys()) {
      const row = { treeSize: of }
      const [expected, found] = [`at least ${of} entries`, `${size} are sealed: those behind were removed`]
      this.#findings.add('anchors_agree', { row, expected, found })
    }
  }

  #readAnchors(): void {
    const { anchors = [], tenantId } = this.request
    const { own, standing, faults } = readKeptAnchors(anchors, { tenantId, verifiers: this.#verifiers })
    for (const { at, expected, found } of faults)
      this.#findings.add('anchors_agree', { row: { checkpoint: at + 1 }, expected, found })
    this.#anchors = new Map(standing)
    if (own > 0 || this.request.anchors === undefined) return
    const [expected, found] = ['a checkpoint of the tenant', 'none']
    this.#findings.add('anchors_agree', { row: { checkpoint: 0 }, expected, found })
  }
}
