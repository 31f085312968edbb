import { writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { withCode } from '../../src/node/disk-failure.ts'
import { nodeError } from '../../src/node/index.ts'

function systemError(code: string, path?: string): Error {
  return Object.assign(new Error(`${code}: whatever the system says`), {
    code,
    ...(path === undefined ? {} : { path }),
  })
}

it.each([
  ['ENOSPC', 'no space is left on its disk'],
  ['EDQUOT', 'the quota of its disk is used up'],
  ['EROFS', 'its disk is read-only'],
  ['EIO', 'its disk fails'],
  ['EACCES', 'this user may not'],
])('a system that says %s gets a code, a sentence and the file', (code, reason) => {
  const cause = systemError(code, '/data/signing-state')
  expect(withCode(cause)).toMatchObject({
    code: 'node.disk-failed',
    details: { reason, file: '/data/signing-state' },
    cause,
  })
  expect(withCode(systemError(code))).toMatchObject({ code: 'node.disk-failed' })
})

it('so does a real refusal of the system', async () => {
  const failure = await writeFile('/dev/full', 'x').catch((error: unknown) => error)
  expect(withCode(failure)).toMatchObject({
    code: 'node.disk-failed',
    details: { reason: 'no space is left on its disk' },
  })
})

it('anything else stays what it is', () => {
  for (const error of [nodeError('stopping'), systemError('ENOENT'), new TypeError('x'), 'text', undefined]) {
    expect(withCode(error)).toBe(error)
  }
})
