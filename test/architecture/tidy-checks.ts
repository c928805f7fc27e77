import ts from 'typescript'

/** A house rule for one source file: what it finds, as `path:line what`. */
export type SourceCheck = (source: SourceText) => string[]

export interface SourceText {
  readonly path: string
  readonly text: string
}

const sourceLinesMax = 500
const functionLinesMax = 70

const bannedWords = new Set(['service', 'manager', 'helper', 'util', 'impl'])
const bannedFolders = new Set(['utils', 'common', 'types', 'interfaces', 'helpers'])

function parse({ path, text }: SourceText): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

function everyNode(file: ts.SourceFile): ts.Node[] {
  const nodes: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    nodes.push(node)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return nodes
}

const lineOf = (file: ts.SourceFile, position: number): number =>
  file.getLineAndCharacterOfPosition(position).line + 1

const finding = (file: ts.SourceFile, position: number, what: string): string =>
  `${file.fileName}:${lineOf(file, position)} ${what}`

/** The text of every comment once, with its position. */
function commentsOf(file: ts.SourceFile): Map<number, string> {
  const comments = new Map<number, string>()
  const visit = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(file.text, node.getEnd()) ?? []),
    ]
    if (!ts.isTemplateMiddleOrTemplateTail(node)) {
      for (const { pos, end } of ranges) comments.set(pos, file.text.slice(pos, end))
    }
    for (const child of node.getChildren(file)) visit(child)
  }
  visit(file)
  return comments
}

export const fileLength: SourceCheck = ({ path, text }) => {
  const lines = text.replace(/\n$/, '').split('\n').length
  return lines > sourceLinesMax ? [`${path}:1 has ${lines} lines, ${sourceLinesMax} are allowed`] : []
}

export const functionLength: SourceCheck = (source) => {
  const file = parse(source)
  return everyNode(file).flatMap((node) => {
    if (!ts.isFunctionLike(node) || isDescribeCallback(node)) return []
    const lines = lineOf(file, node.getEnd()) - lineOf(file, node.getStart()) + 1
    if (lines <= functionLinesMax) return []
    return [finding(file, node.getStart(), `a function of ${lines} lines, ${functionLinesMax} are allowed`)]
  })
}

/** A describe() holds a file of tests, not a thought; its tests are measured one by one. */
function isDescribeCallback(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && rootName(node.parent.expression) === 'describe'
}

/** `test` of `test.each(rows)`, `test.skip` and `test`. */
function rootName(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootName(node.expression)
  return ''
}

const wordsOf = (name: string): string[] =>
  name
    .split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .map((word) => word.toLowerCase().replace(/s$/, ''))

const bannedWordIn = (name: string): string | undefined => wordsOf(name).find((word) => bannedWords.has(word))

export const naming: SourceCheck = (source) => {
  const file = parse(source)
  const folders = source.path.split('/')
  const fileName = folders.pop() ?? ''
  const findings = folders
    .filter((folder) => bannedFolders.has(folder))
    .map((folder) => `${source.path}:1 lies in a folder named ${folder}`)
  const word = bannedWordIn(fileName)
  if (word !== undefined) findings.push(`${source.path}:1 the file is named ${word}`)
  for (const name of exportedNames(file)) {
    const bad = bannedWordIn(name.text)
    if (bad !== undefined) findings.push(finding(file, name.getStart(), `${name.text} is named ${bad}`))
  }
  return findings
}

function exportedNames(file: ts.SourceFile): ts.Identifier[] {
  return file.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause
      if (clause === undefined || !ts.isNamedExports(clause)) return []
      return clause.elements.map(({ name }) => name).filter(ts.isIdentifier)
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name).filter(ts.isIdentifier)
    }
    const { name } = statement as ts.DeclarationStatement
    return name !== undefined && ts.isIdentifier(name) ? [name] : []
  })
}

export const noAny: SourceCheck = (source) => {
  const file = parse(source)
  const types = everyNode(file)
    .filter(({ kind }) => kind === ts.SyntaxKind.AnyKeyword)
    .map((node) => finding(file, node.getStart(), 'any switches the compiler off'))
  const comments = [...commentsOf(file)]
    .filter(([, comment]) => /@ts-(ignore|nocheck)/.test(comment))
    .map(([position]) => finding(file, position, 'a comment switches the compiler off'))
  return [...types, ...comments]
}

export const noPromises: SourceCheck = (source) => {
  const file = parse(source)
  return [...commentsOf(file)]
    .filter(([, comment]) => /\b(TODO|FIXME|XXX)\b/.test(comment))
    .map(([position]) => finding(file, position, 'a comment promises work: do it, or open an issue'))
}

const aboutAmounts = /amount|minor|balance/i

/** Calls that would carry an amount through a floating-point number, told by the words on their line. */
export const noFloatingAmounts: SourceCheck = (source) => {
  const file = parse(source)
  const lines = source.text.split('\n')
  return everyNode(file).flatMap((node) => {
    const name = numericCall(node)
    if (name === undefined) return []
    const from = lineOf(file, node.getStart())
    const to = lineOf(file, node.getEnd())
    const near = lines
      .slice(from - 1, to)
      .join('\n')
      .replace(/\/\/.*$/gm, '')
    return aboutAmounts.test(near) ? [finding(file, node.getStart(), `${name} near an amount`)] : []
  })
}

function numericCall(node: ts.Node): string | undefined {
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.PlusToken) {
    return ts.isNumericLiteral(node.operand) ? undefined : 'unary +'
  }
  if (!ts.isCallExpression(node)) return undefined
  const called = node.expression
  if (ts.isIdentifier(called))
    return ['parseFloat', 'Number', 'parseInt'].includes(called.text) ? called.text : undefined
  if (!ts.isPropertyAccessExpression(called)) return undefined
  if (['toFixed', 'toPrecision', 'parseFloat'].includes(called.name.text)) return called.name.text
  return undefined
}

const isTestCall = (node: ts.Node): node is ts.CallExpression =>
  ts.isCallExpression(node) && ['test', 'it', 'describe'].includes(rootName(node.expression))

/** `.only` never; `.skip` and `.todo` with a comment that gives the reason, on the line or above it. */
export const noQuietSkips: SourceCheck = (source) => {
  const file = parse(source)
  const commentLines = new Set<number>()
  for (const [position, comment] of commentsOf(file))
    commentLines.add(lineOf(file, position + comment.length))
  return everyNode(file).flatMap((node) => {
    if (!ts.isPropertyAccessExpression(node) || !['test', 'it', 'describe'].includes(rootName(node)))
      return []
    const line = lineOf(file, node.getStart())
    if (node.name.text === 'only') return [finding(file, node.getStart(), '.only leaves out all other tests')]
    const explained = commentLines.has(line) || commentLines.has(line - 1)
    if (!['skip', 'todo', 'fails'].includes(node.name.text) || explained) return []
    return [finding(file, node.getStart(), `.${node.name.text} gives no reason`)]
  })
}

/** A name that two tests of one file share does not tell which one failed. */
export const noDuplicateTestNames: SourceCheck = (source) => {
  const file = parse(source)
  const seen = new Map<string, number>()
  const findings: string[] = []
  const visit = (node: ts.Node, path: string): void => {
    let inner = path
    const title = isTestCall(node) ? node.arguments[0] : undefined
    if (title !== undefined && ts.isStringLiteralLike(title)) {
      inner = `${path} > ${title.text}`
      const first = seen.get(inner)
      const line = lineOf(file, node.getStart())
      if (first !== undefined)
        findings.push(finding(file, node.getStart(), `"${title.text}" is also the test in line ${first}`))
      else seen.set(inner, line)
    }
    ts.forEachChild(node, (child) => visit(child, inner))
  }
  visit(file, '')
  return findings
}

/** What holds wherever TypeScript is written. */
export const everywhere: readonly SourceCheck[] = [fileLength, functionLength, naming, noPromises]
/** What holds in what is shipped. */
export const inPackages: readonly SourceCheck[] = [noAny, noFloatingAmounts]
export const inTests: readonly SourceCheck[] = [noQuietSkips, noDuplicateTestNames]
