import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const Names = z.record(z.string(), z.string())
const Package = z.object({ dependencies: Names, devDependencies: Names, scripts: Names })
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({ version: z.string().optional(), dev: z.boolean().optional() }),
  ),
})
const own = Package.parse(JSON.parse(read('package.json')))

const filesIn = (...directories: string[]): string[] =>
  directories.flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(?:ts|mts|mjs|js|cjs|html|css)$/.test(path))
      .map((path) => join(directory, path)),
  )

/** Packages that the text of these files names in an import, a require or a path into node_modules. */
function namedIn(files: readonly string[]): Set<string> {
  const found = new Set<string>()
  const form =
    /(?:from|import|require(?:\.resolve)?\(|import\(|resolve\()\s*['"]([^'".][^'"]*)['"]|node_modules\/((?:@[\w.-]+\/)?[\w.-]+)/g
  for (const file of files) {
    for (const [, specifier, path] of read(file).matchAll(form)) {
      if (specifier?.startsWith('node:')) continue
      const name = /^(?:@[\w.-]+\/)?[\w.-]+/.exec(path ?? specifier ?? '')?.[0]
      if (name && !builtinModules.includes(name)) found.add(name)
    }
  }
  return found
}

const runtime = namedIn(filesIn('src'))
const development = namedIn([
  ...filesIn('test', 'scripts', 'web', 'bench'),
  'eslint.config.js',
  'vitest.config.ts',
])

/** Programs of these packages are run by name. */
const RUN = ['@biomejs/biome', 'dependency-cruiser', 'eslint', 'tsx', 'typescript', 'vitest', 'esbuild']

test('every dependency is used by what is installed', () => {
  // asciinema-player is read as a file: its name stands in the path.
  const text = filesIn('src').map(read).join('\n')
  const unused = Object.keys(own.dependencies).filter((name) => !runtime.has(name) && !text.includes(name))
  expect(unused).toEqual([])
})

test('every development dependency is used by tests, scripts or the page, or gives types to one', () => {
  const all = new Set([...runtime, ...development, ...Object.keys(own.dependencies), 'node'])
  const unused = Object.keys(own.devDependencies).filter((name) => {
    const typed = name.startsWith('@types/') ? name.slice('@types/'.length) : undefined
    return !development.has(name) && !RUN.includes(name) && !(typed !== undefined && all.has(typed))
  })
  expect(unused).toEqual([])
})

test('nothing is both a dependency and one of development, and no import lacks its dependency', () => {
  const both = Object.keys(own.dependencies).filter((name) => Object.hasOwn(own.devDependencies, name))
  expect(both).toEqual([])
  const known = Object.keys(own.dependencies)
  expect([...runtime].filter((name) => !known.includes(name))).toEqual([])
})

test('no dependency is installed in a second version for those who run it', () => {
  const { packages } = Lock.parse(JSON.parse(read('package-lock.json')))
  const versions = new Map<string, Set<string>>()
  for (const [path, { version, dev }] of Object.entries(packages)) {
    const name = path.split('node_modules/').at(-1) ?? ''
    if (dev || version === undefined || !Object.hasOwn(own.dependencies, name)) continue
    versions.set(name, (versions.get(name) ?? new Set()).add(version))
  }
  const doubled = [...versions].filter(([, found]) => found.size > 1)
  expect(doubled.map(([name, found]) => `${name} ${[...found].join(', ')}`)).toEqual([])
})

test('npm run sbom names every package that a release brings', () => {
  const text = execFileSync('node', ['scripts/sbom.mjs'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  const Sbom = z.object({
    bomFormat: z.literal('CycloneDX'),
    components: z.array(z.looseObject({ name: z.string(), version: z.string() })),
  })
  const { components } = Sbom.parse(JSON.parse(text))
  const names = components.map(({ name }) => name)
  for (const name of Object.keys(own.dependencies)) expect(names).toContain(name)
  for (const name of ['vitest', 'eslint']) expect(names).not.toContain(name)
})
