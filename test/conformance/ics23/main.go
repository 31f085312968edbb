// Says what the Go library of ICS23 makes of an exported proof.
// Questions are JSON lines with bytes as lower-case hexadecimal; the result is empty when the proof holds, else why not.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/cosmos/gogoproto/proto"
	ics23 "github.com/cosmos/ics23/go"
)

// rootSpec is the proof of the state's root: the leaf H(01 | standing | records) alone. Since every preimage of the root
// begins with 01, and so does the leaf's prefix, no inner step can end in it: the library refuses a path of any length.
var rootSpec = &ics23.ProofSpec{
	LeafSpec: &ics23.LeafOp{
		Hash:         ics23.HashOp_SHA256,
		PrehashKey:   ics23.HashOp_NO_HASH,
		PrehashValue: ics23.HashOp_NO_HASH,
		Length:       ics23.LengthOp_NO_PREFIX,
		Prefix:       []byte{1},
	},
	InnerSpec: &ics23.InnerSpec{
		ChildOrder:      []int32{0, 1},
		ChildSize:       32,
		MinPrefixLength: 1,
		MaxPrefixLength: 1,
		Hash:            ics23.HashOp_SHA256,
	},
}

// merkleProof is ibc.core.commitment.v1.MerkleProof.
type merkleProof struct {
	Proofs []*ics23.CommitmentProof `protobuf:"bytes,1,rep,name=proofs,proto3"`
}

func (m *merkleProof) Reset()         { *m = merkleProof{} }
func (m *merkleProof) String() string { return proto.CompactTextString(m) }
func (*merkleProof) ProtoMessage()    {}

type hexBytes []byte

func (b *hexBytes) UnmarshalJSON(text []byte) error {
	var digits string
	if err := json.Unmarshal(text, &digits); err != nil {
		return err
	}
	decoded, err := hex.DecodeString(digits)
	*b = decoded
	return err
}

// question asks whether the proof shows key and value, or without a value the absence of key, under the app hash.
type question struct {
	Ask     string
	Proof   hexBytes
	AppHash hexBytes
	Tree    string
	Key     hexBytes
	Value   *hexBytes
}

func verify(q question) error {
	var chain merkleProof
	if err := proto.Unmarshal(q.Proof, &chain); err != nil {
		return err
	}
	if len(chain.Proofs) != 2 {
		return errors.New("a chain of two proofs is expected")
	}
	leaf, roots := chain.Proofs[0], chain.Proofs[1].GetExist()
	if roots == nil || len(roots.Key) != 32 || len(roots.Value) != 32 {
		return errors.New("the second proof does not hold two roots of 32 bytes")
	}
	if !ics23.VerifyMembership(rootSpec, ics23.CommitmentRoot(q.AppHash), chain.Proofs[1], roots.Key, roots.Value) {
		return errors.New("the roots are not those of the app hash")
	}
	root := roots.Value
	if q.Tree == "standing" {
		root = roots.Key
	}
	if q.Value == nil {
		if !ics23.VerifyNonMembership(ics23.SmtSpec, root, leaf, q.Key) {
			return errors.New("absence is not shown")
		}
	} else if !ics23.VerifyMembership(ics23.SmtSpec, root, leaf, q.Key, *q.Value) {
		return errors.New("membership is not shown")
	}
	return linked(chain, root)
}

// linked checks what ibc-go chains proofs by: the first one's computed root is what the second one speaks of.
func linked(chain merkleProof, root []byte) error {
	computed, err := chain.Proofs[0].Calculate()
	if err == nil && !bytes.Equal(computed, root) {
		err = errors.New("the first proof leads elsewhere")
	}
	return err
}

// reason turns the library's panics on senseless paths into refusals.
func reason(q question) (text string) {
	defer func() {
		if trouble := recover(); trouble != nil {
			text = fmt.Sprint("the library panicked: ", trouble)
		}
	}()
	if err := verify(q); err != nil {
		return err.Error()
	}
	return ""
}

// reencoded is what gogoproto writes after reading the proof.
func reencoded(q question) (string, error) {
	var chain merkleProof
	if err := proto.Unmarshal(q.Proof, &chain); err != nil {
		return "", err
	}
	written, err := proto.Marshal(&chain)
	return hex.EncodeToString(written), err
}

func answer(line []byte) (string, error) {
	var q question
	if err := json.Unmarshal(line, &q); err != nil {
		return "", err
	}
	switch q.Ask {
	case "verify":
		return reason(q), nil
	case "reencode":
		return reencoded(q)
	}
	return "", fmt.Errorf("unknown question %q", q.Ask)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		result, err := answer(lines.Bytes())
		reply := struct {
			Result string `json:"result"`
			Error  string `json:"error"`
		}{Result: result}
		if err != nil {
			reply.Error = err.Error()
		}
		if err := out.Encode(reply); err != nil {
			panic(err)
		}
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}
