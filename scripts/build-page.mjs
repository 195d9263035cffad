// Builds our own page (web/) into dist/page: a script and a style sheet for each page, with hashes in their names, and a
// compressed copy of each, so that the daemon serves them from memory.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

/** Each page with the script that is its own. */
const PAGES = [
  { page: 'index.html', script: 'main' },
  { page: 'files.html', script: 'files' },
  { page: 'sessions.html', script: 'sessions' },
]

/** Builds, and gives the page's weight by file in bytes, as it is and compressed. */
export async function buildPage(root) {
  const { build } = await import('esbuild')
  const out = join(root, 'dist', 'page')
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const { metafile } = await build({
    entryPoints: PAGES.map(({ script }) => join(root, 'web', `${script}.ts`)),
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    target: ['chrome109', 'firefox115', 'safari16'],
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    outdir: out,
    metafile: true,
    legalComments: 'linked',
    logLevel: 'warning',
  })
  const names = Object.keys(metafile.outputs).map((path) => basename(path))
  for (const { page, script } of PAGES) {
    const nameOf = (ending) =>
      names.find((name) => name.startsWith(`${script}-`) && name.endsWith(ending)) ?? ''
    const html = readFileSync(join(root, 'web', page), 'utf8')
      .replace('main.css', nameOf('.css'))
      .replace('main.js', nameOf('.js'))
    writeFileSync(join(out, page), html)
  }
  return names
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => {
      const body = readFileSync(join(out, name))
      const small = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: body.length } })
      writeFileSync(join(out, `${name}.br`), small)
      return { name, bytes: body.length, compressed: small.length }
    })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  if (!existsSync(join(root, 'node_modules', 'esbuild'))) {
    console.log('build: esbuild is not installed, dist/page stays as it is')
  } else {
    for (const { name, bytes, compressed } of await buildPage(root)) {
      console.log(
        `page: ${name} ${Math.round(bytes / 1024)} KB, ${Math.round(compressed / 1024)} KB compressed`,
      )
    }
  }
}
