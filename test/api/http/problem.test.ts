import { describe, expect, it } from 'vitest'
import { messageOf, problemOf, titleOf } from '../../../api/http/problem.ts'
import { defineErrors } from '../../../src/errors/index.ts'

const sampleError = defineErrors('sample', {
  odd: { number: 999, status: 418, message: '{text} {bytes} {wide} {small}', remedy: 'None.' },
  plain: { number: 998, status: 400, message: 'plainly', remedy: 'None.' },
})

describe('a problem', () => {
  it('has the members of RFC 9457, code, number and details', () => {
    const error = sampleError('odd', { text: 'a', bytes: Uint8Array.of(1, 255), wide: 2n ** 63n, small: 5 })
    expect(problemOf(error)).toEqual({
      type: '/v1/problems/sample.odd',
      title: 'Odd',
      status: 418,
      detail: 'a 01ff 9223372036854775808 5',
      code: 'sample.odd',
      number: 999,
      details: { text: 'a', bytes: '01ff', wide: '9223372036854775808', small: 5 },
    })
  })

  it('is small, however much a peer has sent', () => {
    const megabytes = { text: 'x'.repeat(5_000_000), bytes: new Uint8Array(5_000_000) }
    const error = sampleError('odd', { ...megabytes, wide: 10n ** 1000n, small: 0 })
    expect(JSON.stringify(problemOf(error)).length).toBeLessThan(3000)
  })

  it('has no details where there are none, and takes members beside them', () => {
    expect(problemOf(sampleError('plain'))).not.toHaveProperty('details')
    expect(problemOf(sampleError('plain'), { reason: 'why' })).toMatchObject({ reason: 'why', detail: 'plainly' })
  })

  it('never shows the cause', () => {
    const error = sampleError('plain', {}, new Error('secret'))
    expect(JSON.stringify(problemOf(error))).not.toContain('secret')
  })
})

describe('words for a code', () => {
  it('are a title', () => {
    expect(titleOf('pki.unknown-certificate')).toBe('Unknown certificate')
  })
  it('are a message without the details that no block keeps', () => {
    expect(messageOf({ ...sampleError.rows[0]!, message: 'no {a} of {b}' })).toBe('no ... of ...')
  })
})
