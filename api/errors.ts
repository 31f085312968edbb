import { defineErrors } from '../src/errors/index.ts'

/** What the API refuses by itself. Numbers 1500-1549. */
export const apiError = defineErrors('api', {
  'unknown-path': {
    number: 1500,
    status: 404,
    message: 'there is nothing at {path}',
    remedy: 'Look at /docs for the paths that this node serves.',
  },
  'method-not-allowed': {
    number: 1501,
    status: 405,
    message: '{method} is not allowed here, only {allowed}',
    remedy: 'Use a method that the Allow header names.',
  },
  'invalid-request': {
    number: 1502,
    status: 400,
    message: '{where}: {reason}',
    remedy: 'Compare the request with /openapi.json.',
  },
  'media-type': {
    number: 1503,
    status: 415,
    message: 'the body is {given}, it must be {expected}',
    remedy: 'Set the header Content-Type and send that form.',
  },
  'body-too-large': {
    number: 1504,
    status: 413,
    message: 'the body has more than {limit} bytes',
    remedy: 'Split the transaction into smaller ones.',
  },
  'url-too-long': {
    number: 1505,
    status: 414,
    message: 'the URL has more than {limit} characters',
    remedy: 'Send a shorter one; no path of this node needs as many.',
  },
  'headers-too-large': {
    number: 1506,
    status: 431,
    message: 'request line and headers have more than {limit} bytes',
    remedy: 'Send fewer or shorter headers.',
  },
  'malformed-http': {
    number: 1507,
    status: 400,
    message: 'the request is not HTTP/1.1 as RFC 9112 describes it',
    remedy: 'Use an HTTP client; check proxies in between.',
  },
  'receive-timeout': {
    number: 1508,
    status: 408,
    message: 'the request did not arrive within {seconds} s',
    remedy: 'Send it again over a better connection.',
  },
  'too-many-submissions': {
    number: 1509,
    status: 429,
    message: '{limit} submissions are being worked on, no more are taken now',
    remedy: 'Wait as long as the header Retry-After says; put more operations into one transaction.',
  },
  internal: {
    number: 1510,
    status: 500,
    message: 'the node failed to answer',
    remedy: "Look for the id in the node's log; try again, or ask another node.",
  },
  'unknown-member': {
    number: 1511,
    status: 404,
    message: 'no member {member} is on this ledger',
    remedy: 'Look at the list of members.',
  },
  'unknown-code': {
    number: 1512,
    status: 404,
    message: 'no error has the code {code}',
    remedy: 'Look at the list of problems; a newer node may know it.',
  },
  'no-carrier': {
    number: 1513,
    status: 501,
    message: 'this node has no `node` key and carries no single certificates',
    remedy: 'Submit to a node that carries, or publish a batch that the line has signed with POST /v1/transactions.',
  },
  'carrier-refused': {
    number: 1514,
    status: 503,
    message: "the ledger does not take this node's own signature as carrier: {code}",
    remedy: 'Submit to another node; whoever runs this one has to look after its member and its `node` key.',
  },
  'too-many-requests': {
    number: 1515,
    status: 429,
    message: '{limit} requests are being answered, no more are taken now',
    remedy: 'Wait as long as the header Retry-After says; do not send requests before earlier ones are answered.',
  },
})
