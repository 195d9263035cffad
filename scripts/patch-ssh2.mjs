// Applies patches/ssh2.mjs to node_modules/ssh2. Idempotent, without dependencies.
// Usage: node scripts/patch-ssh2.mjs [directory that holds node_modules]
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import process, { argv, pid } from 'node:process'
import { fileURLToPath } from 'node:url'
import { hunks, packedFiles, version } from '../patches/ssh2.mjs'

const project = dirname(dirname(fileURLToPath(import.meta.url)))

/** The patch cannot be applied; the message says what to do. */
export class PatchError extends Error {}

/**
 * Patches the library under `root`. All or nothing: no file is written before every hunk was found.
 * @param {string} root directory that holds node_modules
 * @returns {'absent' | 'applied' | 'already applied'}
 */
export function patchSsh2(root = project) {
  const library = join(root, 'node_modules', 'ssh2')
  if (!existsSync(join(library, 'package.json'))) return 'absent'
  checkVersion(library)
  const changed = new Map()
  for (const hunk of hunks) {
    const path = join(library, hunk.file)
    const before = changed.get(path) ?? readFileSync(path, 'utf8')
    const after = applyHunk(before, hunk)
    if (after !== before) changed.set(path, after)
  }
  for (const [path, text] of changed) writeWhole(path, text)
  listPackedFiles(root)
  return changed.size > 0 ? 'applied' : 'already applied'
}

function checkVersion(library) {
  const found = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')).version
  if (found !== version)
    throw new PatchError(
      `ssh2 ${found} is installed, but patches/ssh2.mjs is written for ${version}. Run: npm ci`,
    )
}

function applyHunk(text, { file, find, replace, count = 1 }) {
  if (occurrences(text, replace) === count) return text
  if (occurrences(text, find) !== count)
    throw new PatchError(
      `${file} of ssh2 is not as released nor as patched, near: ${find.trim().split('\n')[0]}. ` +
        'Run: rm -rf node_modules/ssh2 && npm ci',
    )
  return text.replaceAll(find, () => replace)
}

const occurrences = (text, part) => text.split(part).length - 1

function listPackedFiles(root) {
  for (const { package: name, files } of packedFiles) {
    const directory = join(root, 'node_modules', name)
    const path = join(directory, 'package.json')
    if (!existsSync(path)) continue
    const manifest = JSON.parse(readFileSync(path, 'utf8'))
    if (JSON.stringify(manifest.files) === JSON.stringify(files)) continue
    writeWhole(path, `${JSON.stringify({ ...manifest, files }, null, 2)}\n`)
  }
}

/** Others may be reading the file: it is replaced, never half written. */
function writeWhole(path, text) {
  const temporary = `${path}.${pid}.tmp`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}

if (argv[1] && resolve(argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(`ssh2 patch: ${patchSsh2(argv[2] ? resolve(argv[2]) : project)}`)
  } catch (error) {
    console.error(`ssh2 patch: ${error instanceof PatchError ? error.message : error.stack}`)
    process.exitCode = 1
  }
}
