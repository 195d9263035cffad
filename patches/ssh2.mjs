// What is changed in ssh2, and why. Applied by scripts/patch-ssh2.mjs as exact text replacements; the patched library
// travels inside the package (bundledDependencies), so people who install the tarball have it too. A change belongs
// here only when it cannot be made from outside.

/** The one version the hunks are written against. */
export const version = '1.17.0'

/** Raised with every change of a hunk; src/ssh2/library.ts refuses a library that shows another number. */
export const revision = 3

const patchTests = 'test/unit/ssh2/patch.test.ts'
const modeTests = 'test/e2e/session.test.ts'

const windowCheck = `          // The remote party should not be sending us data if there is no
          // window space available ...
          // TODO: raise error on data with not enough window?
          if (channel.incoming.window === 0)
            return;
`
const windowCheckStrict = `          // cocod: data beyond the receive window ends the connection (RFC 4254
          // section 5.2); one packet of overshoot is forgiven
          if (channel.incoming.window <= 0 && data.length > 0)
            throw Object.assign(new Error('Data beyond the channel window'), { level: 'protocol' });
`
const windowReason =
  'Only a window of exactly 0 was refused: one packet larger than what was left made it negative and from then on ' +
  'everything was buffered, without bound.'
const windowUpstream = 'https://github.com/mscdex/ssh2/issues/1505 (open)'

const grantReason =
  'A full window was granted again while data lay unread: with standard output unread, each byte of standard error ' +
  'let the peer send another window of output, without bound. Granted is now only what was read.'

const largeReason =
  'The IGNORE message of the hunk above is as long as what lay in the input buffer of the server, which is the whole ' +
  'window it grants (2 MiB) and more than it takes itself: now and then a paste of 1.5 MB made one of 500 KB. Only ' +
  'the client takes so much, from assets; people who log in keep the 256 KiB.'

/** @type {ReadonlyArray<{file: string, find: string, replace: string, count?: number, reason: string, test: string, upstream: string}>} */
export const hunks = [
  {
    file: 'lib/protocol/handlers.misc.js',
    find: `            bufferParser.init(modesBinary, 1);
            let modes = {};`,
    replace: `            bufferParser.init(modesBinary, 0); // cocod: from the first opcode
            let modes = {};`,
    reason:
      'The terminal modes of pty-req were read from their second byte on, so that none was ever seen: the erase key, ' +
      'IUTF8 and flow control of the person did not reach the asset.',
    test: modeTests,
    upstream: 'none known',
  },
  {
    file: 'lib/protocol/handlers.misc.js',
    find: `       .reduce((obj, [key, value]) => ({ ...obj, [key]: value }), {});

module.exports`,
    replace: `       .reduce((obj, [key, value]) => ({ ...obj, [value]: key }), {}); // cocod: by value

module.exports`,
    reason: 'The table of mode names by opcode was made by name, so that every opcode was unknown.',
    test: modeTests,
    upstream: 'none known',
  },
  {
    file: 'lib/protocol/handlers.misc.js',
    find: `              if (opcode === undefined
                  || name === undefined
                  || value === undefined) {`,
    replace: `              if (opcode >= 160) // cocod: RFC 4254 section 8, these end the parsing
                break;
              if (name === undefined && value !== undefined) // cocod: not ours to refuse
                continue;
              if (opcode === undefined
                  || value === undefined) {`,
    reason:
      'An opcode the library does not know refused the whole request; the RFC gives it a form to be skipped by.',
    test: modeTests,
    upstream: 'none known',
  },
  {
    file: 'lib/protocol/constants.js',
    find: `    IMAXBEL: 41,          // Ring bell on input queue full.`,
    replace: `    IMAXBEL: 41,          // Ring bell on input queue full.
    IUTF8: 42,            // cocod: RFC 8160`,
    reason:
      'IUTF8 (RFC 8160), which OpenSSH sends, was unknown: without it a backspace erases half of a character.',
    test: modeTests,
    upstream: 'none known',
  },
  {
    file: 'lib/protocol/crypto.js',
    find: 'const MAX_PACKET_SIZE = 35000;',
    replace: 'const MAX_PACKET_SIZE = 262144; // cocod: as OpenSSH',
    reason:
      'On a PTY in line mode with echo off OpenSSH answers input with an IGNORE message of the same size, up to its ' +
      'whole input buffer: a long paste ended the connection with "Bad packet length". OpenSSH takes 256 KiB.',
    test: 'test/unit/asset/ssh-bulk.test.ts',
    upstream: 'none known (https://github.com/mscdex/ssh2/issues/1195 shows the message, without a cause)',
  },
  {
    file: 'lib/protocol/crypto.js',
    find: `        if (this._len > MAX_PACKET_SIZE
            || this._len < 8
            || (4 + this._len & 7) !== 0) {`,
    replace: `        if (this._len > 35000 // cocod: before keys are agreed
            || this._len < 8
            || (4 + this._len & 7) !== 0) {`,
    reason:
      'Strangers who have not agreed on keys keep the old limit: it bounds what each of them makes us hold.',
    test: patchTests,
    upstream: 'belongs to the hunk before',
  },
  {
    file: 'lib/protocol/crypto.js',
    find: 'if (this._len > MAX_PACKET_SIZE',
    replace: 'if (this._len > (this.maxPacket || MAX_PACKET_SIZE) // cocod',
    count: 4,
    reason: largeReason,
    test: patchTests,
    upstream: 'none known',
  },
  {
    file: 'lib/protocol/crypto.js',
    find: 'if ((this._len + 20) > MAX_PACKET_SIZE',
    replace: 'if ((this._len + 20) > (this.maxPacket || MAX_PACKET_SIZE) // cocod',
    count: 2,
    reason: largeReason,
    test: patchTests,
    upstream: 'none known',
  },
  {
    file: 'lib/protocol/kex.js',
    find: `        this._protocol._decipher = createDecipher(config);
`,
    replace: `        this._protocol._decipher = createDecipher(config);
        if (!isServer) // cocod: its window of 2 MiB, echoed in one packet
          this._protocol._decipher.maxPacket = 2228224;
`,
    reason: largeReason,
    test: patchTests,
    upstream: 'none known',
  },
  {
    file: 'lib/protocol/Protocol.js',
    find: `    'ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521'
      + 'rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-dss';`,
    replace: `    'ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,'
      + 'rsa-sha2-512,rsa-sha2-256'; // cocod: a comma; no SHA-1`,
    reason:
      'A comma was missing in server-sig-algs, so clients that allow only rsa-sha2-512 (or nistp521) were refused; ' +
      'and it listed SHA-1 signatures, which are never accepted here.',
    test: patchTests,
    upstream: 'https://github.com/mscdex/ssh2/pull/1485 (open; the comma)',
  },
  {
    file: 'lib/client.js',
    find: windowCheck,
    replace: windowCheckStrict,
    count: 2,
    reason: windowReason,
    test: patchTests,
    upstream: windowUpstream,
  },
  {
    file: 'lib/server.js',
    find: windowCheck,
    replace: windowCheckStrict,
    reason: windowReason,
    test: patchTests,
    upstream: windowUpstream,
  },
  {
    file: 'lib/Channel.js',
    find: `  const amt = MAX_WINDOW - self.incoming.window;
  if (amt <= 0)
    return;
`,
    replace: `  // cocod: what lies unread in either stream is not granted again
  const unread = (self.readableLength || 0)
                 + ((self.stderr && self.stderr.readableLength) || 0);
  const amt = MAX_WINDOW - self.incoming.window - unread;
  if (amt <= 0 || (unread > 0 && amt < 4 * PACKET_SIZE))
    return;
`,
    reason: grantReason,
    test: patchTests,
    upstream: 'none known',
  },
  {
    file: 'lib/Channel.js',
    find: `    this._channel = channel;
  }
  _read(n) {
`,
    replace: `    this._channel = channel;
  }
  read(n) { // cocod: reading is what grants
    const chunk = super.read(n);
    if (chunk !== null && this._channel.incoming.window <= WINDOW_THRESHOLD)
      windowAdjust(this._channel);
    return chunk;
  }
  _read(n) {
`,
    reason: grantReason,
    test: patchTests,
    upstream: 'none known',
  },
  {
    file: 'lib/Channel.js',
    find: `    this.on('end', onEnd).on('close', onEnd);
  }

  _read(n) {
`,
    replace: `    this.on('end', onEnd).on('close', onEnd);
  }

  read(n) { // cocod: reading is what grants
    const chunk = super.read(n);
    if (chunk !== null && this.incoming.window <= WINDOW_THRESHOLD)
      windowAdjust(this);
    return chunk;
  }

  _read(n) {
`,
    reason: grantReason,
    test: patchTests,
    upstream: 'none known',
  },
  {
    file: 'lib/protocol/Protocol.js',
    find: `  if (!this._buffer)
    this._buffer = bufferSlice(data, op);
`,
    replace: `  // cocod: all pieces are kept, and 16 KiB are enough for a greeting
  this._buffer = bufferSlice(data, op);
  if (this._buffer.length > 16384)
    throw Object.assign(new Error('Greeting too long'), { level: 'protocol' });
`,
    reason:
      'Of an identification line that came in three or more TCP segments only the first piece was kept. With all ' +
      'kept, the line is scanned again with each piece, so what comes before it needs a bound.',
    test: patchTests,
    upstream: 'none known',
  },
  {
    file: 'lib/index.js',
    find: `module.exports = {
  AgentProtocol,`,
    replace: `module.exports = {
  cocodPatch: ${revision},
  AgentProtocol,`,
    reason: 'Shows that the library is patched: without it src/ssh2/library.ts refuses to start.',
    test: patchTests,
    upstream: 'not for upstream',
  },
]

/**
 * What `npm pack` carries of the bundled packages, written into their package.json (npm reads no .npmignore there):
 * no tests, and above all nothing compiled for this machine; their install scripts compile where they are installed.
 */
export const packedFiles = [
  {
    package: 'ssh2',
    files: [
      'install.js',
      'lib/*.js',
      'lib/protocol/*.js',
      'lib/protocol/crypto/*.js',
      'lib/protocol/crypto/binding.gyp',
      'lib/protocol/crypto/src',
    ],
  },
  {
    package: 'cpu-features',
    files: [
      'binding.gyp',
      'buildcheck.js',
      'lib',
      'src',
      'deps/cpu_features/*.gyp',
      'deps/cpu_features/include',
      'deps/cpu_features/src',
    ],
  },
]
