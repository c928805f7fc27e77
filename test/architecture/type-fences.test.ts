import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesBelow, plantedFolder, repositoryRoot, WorkspaceCopy } from './workspace-copy.js'

const typePlants = join(plantedFolder, 'types')
const refusedFiles = filesBelow(typePlants).filter((file) => file.endsWith('.planted.ts'))
const allowedFiles = filesBelow(typePlants).filter((file) => file.endsWith('.allowed.ts'))

/** The options every package is compiled with, less what concerns the output. */
function compilerOptions(): ts.CompilerOptions {
  const path = join(repositoryRoot, 'tsconfig.base.json')
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, repositoryRoot)
  return { ...options, noEmit: true, types: [] }
}

/** The error codes that the first line of a planted file asks for. */
function expectedCodes(program: ts.Program, path: string): string[] {
  const firstLine = program.getSourceFile(path)?.text.split('\n')[0] ?? ''
  return firstLine.match(/TS\d+/g) ?? []
}

describe('the fences that the compiler keeps', () => {
  let workspace: WorkspaceCopy
  let program: ts.Program

  beforeAll(() => {
    workspace = new WorkspaceCopy()
    const files = workspace.plant(typePlants).map((file) => join(workspace.root, file))
    program = ts.createProgram(files, compilerOptions())
  }, 120_000)

  afterAll(() => workspace?.remove())

  const diagnosticsOf = (file: string): readonly ts.Diagnostic[] =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(join(workspace.root, file)))

  test.each(refusedFiles)('%s is refused for the reason it states', (file) => {
    const expected = expectedCodes(program, join(workspace.root, file))
    expect(expected).not.toEqual([])
    const codes = diagnosticsOf(file).map(({ code }) => `TS${code}`)
    expect([...new Set(codes)].sort()).toEqual(expected)
  })

  test.each(allowedFiles)('%s compiles', (file) => {
    const messages = diagnosticsOf(file).map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    )
    expect(messages).toEqual([])
  })
})
