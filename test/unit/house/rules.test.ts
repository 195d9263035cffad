import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const scratch = mkdtempSync(join(tmpdir(), 'cocod-rules-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** Faults, each in a file of its own, and the word by which the tool must name it. */
const FAULTS = {
  tsc: {
    'export const dict: Record<string, string> = {}\nexport const it = dict.some': 'TS4111',
    'export const it: number = [1][0]': 'TS2322',
    'export enum E { A }': 'TS1294',
    'export class P { constructor(readonly x: number) {} }': 'TS1294',
    "import { AddressInfo } from 'node:net'\nexport const f = (it: AddressInfo) => it": 'TS1484',
    'export function f(n: number): number { switch (n) { case 1: n++; default: return n } }': 'TS7029',
    'export function f(n: number) { if (n > 1) return 1 }': 'TS7030',
    'class A { a() {} }\nexport class B extends A { a() {} }': 'TS4114',
    'export const it: { a?: number } = { a: undefined }': 'TS2375',
    'export const f = (it: unknown): string => it': 'TS2322',
  },
  biome: {
    'export const it: any = 1': 'noExplicitAny',
    'export const it = [1][0]!': 'noNonNullAssertion',
    "import { once } from 'events'\nexport const it = once": 'useNodejsImportProtocol',
    "import { Socket } from 'node:net'\nexport const f = (it: Socket): Socket => it": 'useImportType',
  },
  eslint: {
    'const late = async () => 1\nexport function f() { late() }': 'no-floating-promises',
    "import type { EventEmitter } from 'node:events'\nexport const f = (on: EventEmitter) => on.on('x', async () => {})":
      'no-misused-promises',
    "export function f(k: 'a' | 'b') { switch (k) { case 'a': return 1 }\nreturn 2 }":
      'switch-exhaustiveness-check',
    "export const it: { a: number } = JSON.parse('{}')": 'no-unsafe-assignment',
    "export const it = JSON.parse('{}') as { a: number }": 'no-unsafe-type-assertion',
    "export const it = () => JSON.parse('{}').a": 'no-unsafe-member-access',
    "export const f = () => { throw 'text' }": 'only-throw-error',
    'export const f = async (n: number) => await n': 'await-thenable',
    'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1) => [a, b, c, d, e]': 'max-params',
    [`export function f() {${'\n'.repeat(50)}}`]: 'max-lines-per-function',
    [`export const it = 1\n${'export {}\n'.repeat(400)}`]: 'max-lines',
  },
} as const

type Tool = keyof typeof FAULTS
const ARGUMENTS: Readonly<Record<Tool, readonly string[]>> = {
  tsc: ['-p', 'tsconfig.json', '--pretty', 'false'],
  biome: [
    'lint',
    '--vcs-enabled=false',
    '--colors=off',
    '--max-diagnostics=none',
    '--reporter=github',
    'src',
  ],
  eslint: ['src', '--max-warnings', '0', '--format', 'json'],
}
const cases = (Object.keys(FAULTS) as Tool[]).flatMap((tool) =>
  Object.entries(FAULTS[tool]).map(([text, name], number) => ({ tool, text, name, number })),
)
const fileOf = (tool: Tool, number: number): string => `${tool}-${number}.ts`
const said = new Map<Tool, string>()

beforeAll(() => {
  mkdirSync(join(scratch, 'src'))
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'))
  for (const file of ['tsconfig.json', 'biome.json', 'eslint.config.js', 'package.json']) {
    cpSync(join(root, file), join(scratch, file))
  }
  for (const { tool, text, number } of cases) writeFileSync(join(scratch, 'src', fileOf(tool, number)), text)
  for (const tool of Object.keys(FAULTS) as Tool[]) {
    const bin = join(root, 'node_modules/.bin', tool)
    const { status, stdout } = spawnSync(bin, ARGUMENTS[tool], { cwd: scratch, encoding: 'utf8' })
    expect(status, `${tool} is content:\n${stdout}`).not.toBe(0)
    said.set(tool, stdout)
  }
})

/** What a tool said of one file: lines, or for eslint's JSON the entry. */
function about(tool: Tool, number: number): string {
  const file = fileOf(tool, number)
  const parts = (said.get(tool) ?? '').split(tool === 'eslint' ? '"filePath":' : '\n')
  return parts.filter((part) => part.includes(file)).join('\n')
}

test.each(cases)('$tool refuses a file that breaks $name', ({ tool, name, number }) => {
  expect(about(tool, number)).toContain(name)
})
