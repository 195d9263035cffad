import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigError, type ConfigSources, loadConfig } from '../../../src/config/config.ts'
import { exampleIni } from '../../../src/config/example.ts'
import type { SettingName } from '../../../src/config/settings.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cocod-config-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const load = (more: Partial<ConfigSources> & { ini?: string } = {}) => {
  if (more.ini !== undefined) writeFileSync(join(cwd, 'config.ini'), more.ini)
  return loadConfig({ flags: new Map(), env: {}, cwd, systemFile: join(cwd, 'none.ini'), ...more })
}

const problemsOf = (more: Parameters<typeof load>[0]) => {
  try {
    load(more)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('without anything the defaults hold, and relative paths count from the working directory', () => {
  const { settings, file } = load()
  expect(settings).toMatchObject({ SSHD_PORT: 2222, HTTPD_PORT: 5000, CORE_HOST: 'http://127.0.0.1:8080' })
  expect(settings.DATA_DIR).toBe(join(cwd, 'data'))
  expect(file).toBeUndefined()
})

test('flags win over the environment, that over the file, that over the default', () => {
  const ini = 'SSHD_PORT = 1\nHTTPD_PORT = 2\nNAME = from-file\n'
  const env = { SSHD_PORT: '3', HTTPD_PORT: '4', NAME: '' }
  const { settings, origins } = load({ ini, env, flags: new Map<SettingName, string>([['SSHD_PORT', '5']]) })
  expect(settings).toMatchObject({ SSHD_PORT: 5, HTTPD_PORT: 4, NAME: 'from-file' })
  expect(origins).toMatchObject({
    SSHD_PORT: 'flag',
    HTTPD_PORT: 'environment',
    NAME: 'file',
    DATA_DIR: 'default',
  })
})

test('paths in a file count from its directory, those of the environment from the working directory', () => {
  mkdirSync(join(cwd, 'etc'))
  writeFileSync(join(cwd, 'etc/c.ini'), 'KEYS_DIR = secrets\n')
  const { settings, file } = load({ file: 'etc/c.ini', env: { DATA_DIR: 'here' } })
  expect(settings.KEYS_DIR).toBe(join(cwd, 'etc/secrets'))
  expect(settings.DATA_DIR).toBe(join(cwd, 'here'))
  expect(file).toBe(join(cwd, 'etc/c.ini'))
})

test('COCOD_CONFIG names the file; --config wins over it; then ./config.ini, then the system file', () => {
  for (const name of ['flag', 'env', 'system']) writeFileSync(join(cwd, `${name}.ini`), `NAME = ${name}\n`)
  const env = { COCOD_CONFIG: 'env.ini' }
  const systemFile = join(cwd, 'system.ini')
  expect(load({ file: 'flag.ini', env }).settings.NAME).toBe('flag')
  expect(load({ env }).settings.NAME).toBe('env')
  expect(load({ systemFile }).settings.NAME).toBe('system')
  expect(load({ systemFile, ini: 'NAME = local\n' }).settings.NAME).toBe('local')
})

test('an unknown key is named with its line and the nearest valid key', () => {
  expect(problemsOf({ ini: '# mine\nSSHD_PROT = 22\n' })).toEqual([
    {
      where: `${join(cwd, 'config.ini')}:2`,
      message: 'SSHD_PROT is not a setting',
      next: 'did you mean SSHD_PORT?',
    },
  ])
})

test('every wrong value is told at once, with where it stands', () => {
  const ini = 'SSHD_PORT = many\n\nLANGUAGE_CODE = fr\n'
  const problems = problemsOf({ ini, env: { CORE_HOST: 'core' } })
  expect(problems.map(({ where }) => where).sort()).toEqual(
    [`${join(cwd, 'config.ini')}:1`, `${join(cwd, 'config.ini')}:3`, 'environment variable CORE_HOST'].sort(),
  )
})

test('a secret that is wrong is not shown', () => {
  const ini = 'BOOTSTRAP_TOKEN = "  "\n'
  expect(JSON.stringify(problemsOf({ ini }))).not.toContain('“')
})

test('a value with an unquoted # is an error with its line, never cut', () => {
  const [problem] = problemsOf({ ini: 'BOOTSTRAP_TOKEN = ab#cd\n' })
  expect(problem?.where).toBe(`${join(cwd, 'config.ini')}:1`)
  expect(load({ ini: 'BOOTSTRAP_TOKEN = "ab#cd"\n' }).settings.BOOTSTRAP_TOKEN).toBe('ab#cd')
})

test('an unknown section is refused by its line; a named file that is not there is an error', () => {
  expect(problemsOf({ ini: '[core]\nNAME = x\n' })[0]?.where).toContain('config.ini:1')
  expect(problemsOf({ file: 'nowhere.ini' })[0]?.message).toContain('ENOENT')
})

test("coco's level names and capitals are understood", () => {
  expect(load({ env: { LOG_LEVEL: 'WARNING' } }).settings.LOG_LEVEL).toBe('warn')
  expect(load({ env: { LOG_LEVEL: 'INFO' } }).settings.LOG_LEVEL).toBe('info')
})

test('config.example.ini is what the schema says, and is itself a valid file when its lines are used', () => {
  const example = exampleIni()
  expect(readFileSync(join(import.meta.dirname, '../../../config.example.ini'), 'utf8')).toBe(example)
  const used = example
    .split('\n')
    .map((line) => line.replace(/^# (?=[A-Z_]+ = \S|\[|[a-z_]+ = )/, ''))
    .join('\n')
  const { settings, optionSections } = load({ ini: used })
  expect(settings.SSHD_PORT).toBe(2222)
  expect(optionSections).toMatchObject([{ kind: 'asset', values: { algorithms: 'legacy' } }])
})

test('the access key may stand in the variable that coco had', () => {
  const read = (env: Record<string, string>) =>
    loadConfig({ flags: new Map(), env, cwd: '/nowhere' }).settings
  expect(read({ COCO_ACCESS_KEY: 'a:b' }).ACCESS_KEY).toBe('a:b')
  expect(read({ COCO_ACCESS_KEY: 'a:b', ACCESS_KEY: 'c:d' }).ACCESS_KEY).toBe('c:d')
})
