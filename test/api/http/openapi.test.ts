import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../../api/catalogue.ts'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { toHex } from '../../../src/codec/index.ts'
import { testDevice } from '../../ledger/devices.ts'
import { testMember } from '../../ledger/members.ts'
import { startTestServer } from './fixture.ts'

type Media = { readonly schema: TSchema }
type Response = { readonly description: string; readonly content: Readonly<Record<string, Media>> }
type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters?: readonly {
    readonly in: string
    readonly name: string
    readonly required: boolean
    readonly schema: object
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Response>>
}
type Document = {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, TSchema>> }
}

const vendor = testMember('vendor-a', ['vendor'])
const { ledger, get, post, server } = await startTestServer([vendor])
const document = (await server.openapi()) as Document
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
)

describe('the OpenAPI document', () => {
  it('is of version 3.1 and of this release', () => {
    const manifest: unknown = JSON.parse(
      readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8'),
    )
    expect(document.openapi).toBe('3.1.0')
    expect(document.info).toMatchObject({
      title: 'Commonroot node',
      version: (manifest as { version: string }).version,
    })
  })

  it('has every route', () => {
    expect(operations.map((each) => `${each.method.toUpperCase()} ${each.path}`).sort()).toEqual([
      'GET /health',
      'GET /metrics',
      'GET /ready',
      'GET /v1/certificates/{fingerprint}',
      'GET /v1/certificates/{fingerprint}/proof',
      'GET /v1/chain',
      'GET /v1/governance/diff',
      'GET /v1/governance/in-force',
      'GET /v1/governance/proposals',
      'GET /v1/governance/proposals/{number}',
      'GET /v1/headers/{height}',
      'GET /v1/light-blocks/{height}',
      'GET /v1/members',
      'GET /v1/members/{id}',
      'GET /v1/modules',
      'GET /v1/problems',
      'GET /v1/problems/{code}',
      'GET /v1/search/certificates',
      'GET /v1/status',
      'GET /v1/transactions/{id}',
      'GET /v1/trust',
      'POST /v1/certificates',
      'POST /v1/transactions',
    ])
  })

  it('names each operation once, with a summary and a tag that is explained', () => {
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
    const tags = document.tags.map(({ name }) => name)
    for (const { operation } of operations) {
      expect(operation.summary).toMatch(/^[A-Z].*\.$/)
      expect(tags).toEqual(expect.arrayContaining([...operation.tags]))
    }
  })

  it('declares the parameters of each path, all required, and no others in it', () => {
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
      expect(inPath.every(({ required }) => required)).toBe(true)
    }
  })

  it('describes every answer, and refusals as problems', () => {
    for (const { path, operation } of operations) {
      expect(Object.keys(operation.responses), path).toEqual(expect.arrayContaining(['200', '400', '500', 'default']))
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description, `${path} ${status}`).not.toBe('Default Response')
        expect(Object.keys(response.content).length).toBeGreaterThan(0)
        if (status.startsWith('2')) continue
        expect(response.content).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        })
      }
    }
  })

  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1])
    expect(references.length).toBeGreaterThan(0)
    for (const reference of references) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(reference ?? '')?.[1]
      expect(Object.keys(document.components.schemas)).toContain(name)
    }
  })

  it('names only codes of the catalogue, each under its status', () => {
    const rows = new Map([...catalogue.values()].map((row) => [row.code, row]))
    for (const { path, operation } of operations) {
      for (const [status, { description }] of Object.entries(operation.responses)) {
        for (const [, code] of description.matchAll(/^- `([a-z0-9.-]+)`:/gm)) {
          expect(rows.get(code ?? '')?.status, `${path} ${code}`).toBe(Number(status))
        }
      }
    }
  })

  it('says what to submit', () => {
    expect(document.paths['/v1/transactions']?.post?.requestBody?.content).toHaveProperty(['application/cbor'])
    const { requestBody, parameters } = document.paths['/v1/certificates']?.post ?? {}
    expect(requestBody?.content).toHaveProperty(['application/pkix-cert'])
    expect(parameters).toMatchObject([{ in: 'header', name: 'commonroot-voucher', required: true }])
  })
})

describe('what is answered', async () => {
  const { certificate } = await testDevice(ledger.chain.id, vendor.id, 'S1')
  const published = await post(await ledger.sign([['pki', 'publish', [{ certificate }]]], [vendor.signer]))
  const fingerprint = toHex(parseCertificate(certificate).fingerprint)

  it.each([
    ['/v1/chain', '/v1/chain'],
    ['/v1/members', '/v1/members?limit=1'],
    ['/v1/members/{id}', '/v1/members/vendor-a'],
    ['/v1/transactions/{id}', `/v1/transactions/${published.json?.id}`],
    ['/v1/headers/{height}', '/v1/headers/2'],
    ['/v1/modules', '/v1/modules'],
    ['/v1/certificates/{fingerprint}', `/v1/certificates/${fingerprint}`],
    ['/v1/problems', '/v1/problems'],
    ['/v1/problems/{code}', '/v1/problems/api.internal'],
    ['/health', '/health'],
    ['/ready', '/ready'],
  ])('by %s is what the document says', async (template, path) => {
    const { status, json } = await get(path)
    expect(status).toBe(200)
    const schema = document.paths[template]?.get?.responses['200']?.content['application/json']?.schema
    expect([...Value.Errors(schema ?? {}, json)]).toEqual([])
  })

  it('by a refusal is what the document says', async () => {
    const { json } = await get('/v1/certificates/xyz')
    expect([...Value.Errors(document.components.schemas.Problem ?? {}, json)]).toEqual([])
    expect(Value.Check(document.components.schemas.Problem ?? {}, {})).toBe(false)
  })
})
