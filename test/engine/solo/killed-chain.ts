/**
 * A solo chain whose every durable part is a file in one folder, so that a process can be killed and another go on.
 * Run as a program with that folder as its argument, it makes blocks as fast as it can until it is killed.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { equalBytes, utf8 } from '../../../src/codec/index.ts'
import { type HeaderStore, SoloEngine } from '../../../src/engine/index.ts'
import { decodeSignedHeader, encodeSignedHeader } from '../../../src/light/index.ts'
import { Disk, TinyApplication } from '../tiny-application.ts'

export function openKilledChain(folder: string): {
  readonly engine: SoloEngine
  readonly application: TinyApplication
} {
  const keyFile = join(folder, 'key.pem')
  if (!existsSync(keyFile)) {
    writeFileSync(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  }
  const privateKey = createPrivateKey(readFileSync(keyFile))
  const spki = new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }))
  const key = { algorithm: 'EdDSA', spki } as const
  const timeFile = join(folder, 'genesis-time')
  if (!existsSync(timeFile)) writeFileSync(timeFile, String(Math.floor(Date.now() / 1000) - 5))
  const headerFile = (height: bigint) => join(folder, `header-${height}`)
  const headers: HeaderStore = {
    put: async (signed) => {
      const file = headerFile(signed.header.height)
      const bytes = encodeSignedHeader(signed)
      if (existsSync(file) && !equalBytes(readFileSync(file), bytes)) throw new Error('a height got a second header')
      writeFileSync(`${file}.new`, bytes)
      renameSync(`${file}.new`, file)
    },
    get: async (height) => {
      const file = headerFile(height)
      return existsSync(file) ? decodeSignedHeader(new Uint8Array(readFileSync(file))) : undefined
    },
  }
  const engine = new SoloEngine({
    genesis: {
      chainId: 'tiny-0a1b2c3d',
      time: { seconds: BigInt(readFileSync(timeFile, 'utf8')), nanos: 0 },
      validators: [{ key, power: 1n }],
      application: new Uint8Array(0),
      initialHeight: 1n,
    },
    validator: { key, sign: async (message) => new Uint8Array(sign(null, message, privateKey)) },
    signingState: join(folder, 'signing-state'),
    headers,
    idleInterval: 1,
  })
  return { engine, application: new TinyApplication(new Disk(join(folder, 'application'))) }
}

if (import.meta.main) {
  const [, , folder = ''] = process.argv
  const { engine, application } = openKilledChain(folder)
  await engine.start(application, (error) => {
    process.stderr.write(`${error}\n`)
    process.exit(1)
  })
  process.stdout.write('started\n')
  for (let count = 0; ; count++) {
    await engine.submit(utf8(`key${count % 50}=${process.pid}-${count}`)).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
