// The parts of a release, as CycloneDX on standard output: npm run sbom > cocod.cdx.json
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const args = ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only']
const { stdout, stderr, status } = spawnSync('npm', args, {
  cwd: join(import.meta.dirname, '..'),
  encoding: 'utf8',
  maxBuffer: 64 << 20,
})
if (status === 0) process.stdout.write(stdout)
else process.stderr.write(stderr)
process.exitCode = status ?? 1
