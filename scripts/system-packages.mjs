// What the tests need from the system. As root on Debian it is installed through apt; elsewhere this says exactly what
// is missing and fails.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NEEDED = [
  { program: 'ssh', package: 'openssh-client' },
  { program: 'sshd', package: 'openssh-server' },
  { program: 'telnetd', package: 'telnetd' },
  { program: 'rz', package: 'lrzsz' },
  { program: 'bash', package: 'bash' },
  { program: 'zsh', package: 'zsh' },
  { program: 'fish', package: 'fish' },
  { program: 'dash', package: 'dash' },
  { program: 'busybox', package: 'busybox' },
  { program: 'python3', package: 'python3-minimal' },
  { program: 'sqlite3', package: 'sqlite3' },
  { program: 'tmux', package: 'tmux' },
  { program: 'less', package: 'less' },
  { program: 'vi', package: 'vim-tiny' },
  { program: 'chromium', package: 'chromium' },
  { program: 'nginx', package: 'nginx-light' },
  { program: 'systemd-analyze', package: 'systemd' },
  { program: 'plink', package: 'putty-tools' },
  { program: 'rsync', package: 'rsync' },
  { program: 'lftp', package: 'lftp' },
  { program: 'curl', package: 'curl' },
  { program: 'sshfs', package: 'sshfs' },
  { program: 'git', package: 'git' },
  { program: 'ansible', package: 'ansible-core' },
  { file: '/usr/lib/python3/dist-packages/paramiko/__init__.py', package: 'python3-paramiko' },
]

const path = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
const isThere = ({ program, file }) =>
  file !== undefined
    ? existsSync(file)
    : path.some((directory) => {
        try {
          accessSync(join(directory, program), constants.X_OK)
          return true
        } catch {
          return false
        }
      })

const missing = NEEDED.filter((each) => !isThere(each))
if (missing.length === 0) process.exit(0)

const packages = missing.map((each) => each.package)
const debian = existsSync('/etc/debian_version') && process.getuid?.() === 0
if (!debian) {
  for (const each of missing)
    console.error(`missing: ${each.program ?? each.file} (Debian package ${each.package})`)
  console.error(
    `Install them, then run npm test again. On Debian: sudo apt-get install ${packages.join(' ')}`,
  )
  process.exit(1)
}

const apt = (...args) =>
  spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // A service that starts by itself (sshd on port 22) is not wanted: the tests start their own.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  }).status === 0

console.log(`installing ${packages.join(', ')}`)
const installed = apt('update') && apt('install', '-y', '--no-install-recommends', ...packages)
const still = NEEDED.filter((each) => !isThere(each))
if (installed && still.length === 0) process.exit(0)
console.error(`could not install: ${still.map((each) => each.package).join(', ')}`)
process.exit(1)
