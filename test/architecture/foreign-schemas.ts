import ts from 'typescript'

/** The modules that own a schema, in the order in which each may refer to those before it. */
export const schemas = [
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
  'webhooks',
] as const

const anySchema = schemas.join('|')

/**
 * Where `source`, a file of module `owner`, names the schema of another module. Only text counts, so that the property
 * `account.id` is nobody's table; a template's text that ends in `ledger.` counts too, whatever follows the dot.
 */
export function foreignSchemasIn(owner: string, path: string, source: string): string[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true)
  const findings: string[] = []
  const report = (node: ts.Node, what: string): void => {
    findings.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${what}`)
  }
  const inspect = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      const openEnd = ts.isTemplateHead(node) || ts.isTemplateMiddle(node)
      for (const name of schemasNamedIn(node.text, openEnd)) {
        if (name !== owner) report(node, `${owner} names ${name}`)
      }
    }
    if (ts.isCallExpression(node) && node.expression.getText() === 'sqlDoor') {
      const [module] = node.arguments
      if (module === undefined || !ts.isStringLiteral(module) || module.text !== owner) {
        report(node, `${owner} opens the door of ${module?.getText() ?? 'nobody'}`)
      }
    }
    ts.forEachChild(node, inspect)
  }
  inspect(file)
  return findings
}

function schemasNamedIn(text: string, openEnd: boolean): string[] {
  const named = new RegExp(`(?<![\\w.$/@-])"?(${anySchema})"?\\.(?:["a-z_]${openEnd ? '|$' : ''})`, 'gi')
  return [...text.matchAll(named)].map((match) => (match[1] ?? '').toLowerCase())
}

/** Foreign keys that point from a module's table at a later module's: the order of the schemas is the order of the packages. */
export function backwardKeysIn(path: string, sql: string): string[] {
  const findings: string[] = []
  const withoutComments = sql.replace(/--.*$/gm, '')
  for (const statement of withoutComments.split(';')) {
    const table = new RegExp(`\\b(?:create|alter)\\s+table\\s+(?:[a-z]+\\s+)*?(${anySchema})\\.`, 'i').exec(
      statement,
    )
    if (table === null) continue
    const from = (table[1] ?? '').toLowerCase()
    for (const match of statement.matchAll(new RegExp(`\\breferences\\s+(${anySchema})\\.`, 'gi'))) {
      const to = (match[1] ?? '').toLowerCase()
      if (position(to) > position(from)) findings.push(`${path} ${from} refers to ${to}, which comes later`)
    }
  }
  return findings
}

const position = (name: string): number => (schemas as readonly string[]).indexOf(name)
