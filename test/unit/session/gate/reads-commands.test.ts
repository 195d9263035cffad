import { expect, test } from 'vitest'
import { readsCommands } from '../../../../src/session/gate/reads-commands.ts'

test.each([
  ...[
    'sh',
    'bash -',
    'bash -s x',
    'bash -l',
    'exec sh',
    'sudo bash',
    'sudo -u root bash',
    'sudo -i',
    '/bin/sh -e',
  ],
  ...[
    'busybox sh',
    'cat | sh',
    'true; bash',
    'env A=b zsh',
    'bash -o pipefail',
    'bash /dev/stdin',
    '. /dev/stdin',
  ],
  ...[
    'nohup bash < /dev/stdin',
    'bash -c bash',
    'su',
    'su - bob',
    '"ba""sh"',
    'docker exec -i web /bin/sh',
    '$(sh)',
  ],
  ...['bash --rcfile x', 'ssh other bash'],
])('%s runs what it reads', (command) => {
  expect(readsCommands(command)).toBe(true)
})

test.each([
  ...[
    'ls',
    "bash -c 'ls -l'",
    'sh -ec ls',
    'bash script.sh',
    'sudo -u root ls',
    'su -c ls bob',
    'cat > x.sh',
  ],
  ...['rsync --server . /srv', 'grep -rn bash.md .', 'bash -o pipefail script.sh'],
])('%s does not', (command) => {
  expect(readsCommands(command)).toBe(false)
})
