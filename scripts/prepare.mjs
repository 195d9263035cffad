// npm `prepare`: after `npm ci` and `npm install` in a clone, and before `npm pack`. Patches ssh2, then builds dist/
// where TypeScript is installed (it is not with --omit=dev). An installed tarball does not come here: it carries dist/
// and the patched library.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { PatchError, patchSsh2 } from './patch-ssh2.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

function patch() {
  try {
    console.log(`ssh2 patch: ${patchSsh2(root)}`)
    return true
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    console.error(`ssh2 patch: ${error.message}`)
    return false
  }
}

function build() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!existsSync(compiler)) {
    console.log('build: TypeScript is not installed, dist/ stays as it is')
    return true
  }
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  })
  return status === 0
}

function buildPage() {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'build-page.mjs')], {
    stdio: 'inherit',
  })
  return status === 0
}

if (!patch() || !build() || !buildPage()) process.exitCode = 1
