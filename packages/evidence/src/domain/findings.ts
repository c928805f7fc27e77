/** What `plinth verify` says of one rule of the evidence, in the form of its other rules. */
export interface EvidenceFindings {
  readonly rule: EvidenceRule
  readonly says: string
  /** How many places break it. */
  readonly broken: number
  /** The first of them. */
  readonly first: EvidenceFinding | undefined
}

export interface EvidenceFinding {
  readonly row: Readonly<Record<string, string | number>>
  readonly expected: string
  readonly found: string
}

const rules = {
  entries_as_sealed: 'every sealed entry is there and says what it said when it was sealed',
  tree_as_sealed: 'sealed entries are dense, and the stored hashes of their tree are those of its leaves',
  checkpoints_stand:
    'every checkpoint is signed by a trusted key and has the root of the first so many entries',
  anchors_agree: 'the books begin as the checkpoints say that were kept outside of them',
} as const

export type EvidenceRule = keyof typeof rules

/** Gathers what breaks each rule. */
export class Findings {
  readonly #found = new Map<EvidenceRule, { broken: number; first: EvidenceFinding }>()

  add(rule: EvidenceRule, finding: EvidenceFinding): void {
    const before = this.#found.get(rule)
    this.#found.set(rule, { broken: (before?.broken ?? 0) + 1, first: before?.first ?? finding })
  }

  /** Of these rules, in their order. */
  of(asked: readonly EvidenceRule[]): EvidenceFindings[] {
    return asked.map((rule) => {
      const { broken, first } = this.#found.get(rule) ?? { broken: 0, first: undefined }
      return { rule, says: rules[rule], broken, first }
    })
  }
}
