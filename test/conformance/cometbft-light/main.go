// Answers JSON lines with what CometBFT's own library makes of the same input.
// Bytes are lower-case hexadecimal; 64-bit integers are decimal text.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtmath "github.com/cometbft/cometbft/libs/math"
	"github.com/cometbft/cometbft/light"
	version "github.com/cometbft/cometbft/proto/tendermint/version"
	"github.com/cometbft/cometbft/types"
)

type bytes []byte

func (b *bytes) UnmarshalJSON(text []byte) error {
	var digits string
	if err := json.Unmarshal(text, &digits); err != nil {
		return err
	}
	decoded, err := hex.DecodeString(digits)
	*b = decoded
	return err
}

type integer int64

func (i *integer) UnmarshalJSON(text []byte) error {
	var digits string
	if err := json.Unmarshal(text, &digits); err != nil {
		return err
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	*i = integer(value)
	return err
}

type timestamp struct {
	Seconds integer
	Nanos   int64
}

func (t timestamp) time() time.Time { return time.Unix(int64(t.Seconds), t.Nanos).UTC() }

type blockID struct {
	Hash       bytes
	PartsTotal uint32
	PartsHash  bytes
}

func (b *blockID) convert() types.BlockID {
	if b == nil {
		return types.BlockID{}
	}
	return types.BlockID{Hash: []byte(b.Hash), PartSetHeader: types.PartSetHeader{Total: b.PartsTotal, Hash: []byte(b.PartsHash)}}
}

type header struct {
	Version struct{ Block, App integer }
	ChainID string
	Height  integer
	Time    timestamp

	LastBlockID *blockID

	LastCommitHash, DataHash, ValidatorsHash, NextValidatorsHash, ConsensusHash, AppHash, LastResultsHash, EvidenceHash, ProposerAddress bytes
}

func (h header) convert() *types.Header {
	return &types.Header{
		Version:            version.Consensus{Block: uint64(h.Version.Block), App: uint64(h.Version.App)},
		ChainID:            h.ChainID,
		Height:             int64(h.Height),
		Time:               h.Time.time(),
		LastBlockID:        h.LastBlockID.convert(),
		LastCommitHash:     []byte(h.LastCommitHash),
		DataHash:           []byte(h.DataHash),
		ValidatorsHash:     []byte(h.ValidatorsHash),
		NextValidatorsHash: []byte(h.NextValidatorsHash),
		ConsensusHash:      []byte(h.ConsensusHash),
		AppHash:            []byte(h.AppHash),
		LastResultsHash:    []byte(h.LastResultsHash),
		EvidenceHash:       []byte(h.EvidenceHash),
		ProposerAddress:    []byte(h.ProposerAddress),
	}
}

type validator struct {
	Key   bytes
	Power integer
}

type vote struct {
	Validator int
	Time      timestamp
	Signature bytes
}

type signedHeader struct {
	Header  header
	Round   int32
	BlockID blockID
	Votes   []vote
}

type question struct {
	Ask string

	Header     header
	Validators []validator
	Votes      []vote
	Items      []bytes
	Results    []struct {
		Code uint32
		Data bytes
	}
	MaximumBytes, MaximumGas integer

	ChainID string
	Height  integer
	Round   int32
	BlockID *blockID
	Time    timestamp

	Trusted           signedHeader
	TrustedValidators []validator
	Signed            signedHeader
	TrustingPeriod    integer
	Now               integer
	Threshold         [2]uint64

	LightBlocks []json.RawMessage
	Sequential  bool

	Key, Message, Signature bytes
}

func validatorSet(validators []validator) *types.ValidatorSet {
	list := make([]*types.Validator, len(validators))
	for i, v := range validators {
		list[i] = types.NewValidator(ed25519.PubKey(v.Key), int64(v.Power))
	}
	return types.NewValidatorSet(list)
}

func commit(height int64, round int32, id types.BlockID, votes []vote, set *types.ValidatorSet) *types.Commit {
	signatures := make([]types.CommitSig, set.Size())
	for i := range signatures {
		signatures[i] = types.NewCommitSigAbsent()
	}
	for _, v := range votes {
		signatures[v.Validator] = types.CommitSig{
			BlockIDFlag:      types.BlockIDFlagCommit,
			ValidatorAddress: set.Validators[v.Validator].Address,
			Timestamp:        v.Time.time(),
			Signature:        v.Signature,
		}
	}
	return &types.Commit{Height: height, Round: round, BlockID: id, Signatures: signatures}
}

func (s signedHeader) convert(set *types.ValidatorSet) *types.SignedHeader {
	return &types.SignedHeader{
		Header: s.Header.convert(),
		Commit: commit(int64(s.Header.Height), s.Round, s.BlockID.convert(), s.Votes, set),
	}
}

func answer(q question) (any, error) {
	switch q.Ask {
	case "headerHash":
		return hex.EncodeToString(q.Header.convert().Hash()), nil
	case "validatorSet":
		set := validatorSet(q.Validators)
		keys := make([]string, set.Size())
		for i, v := range set.Validators {
			keys[i] = hex.EncodeToString(v.PubKey.Bytes())
		}
		return map[string]any{"hash": hex.EncodeToString(set.Hash()), "keys": keys, "first": hex.EncodeToString(set.Validators[0].Address)}, nil
	case "commitHash":
		return hex.EncodeToString(commit(1, 0, types.BlockID{}, q.Votes, validatorSet(q.Validators)).Hash()), nil
	case "voteSignBytes":
		one := &types.Commit{Height: int64(q.Height), Round: q.Round, BlockID: q.BlockID.convert(), Signatures: []types.CommitSig{
			{BlockIDFlag: types.BlockIDFlagCommit, Timestamp: q.Time.time()},
		}}
		return hex.EncodeToString(one.VoteSignBytes(q.ChainID, 0)), nil
	case "transactionsHash":
		transactions := make(types.Txs, len(q.Items))
		for i, item := range q.Items {
			transactions[i] = types.Tx(item)
		}
		return hex.EncodeToString(transactions.Hash()), nil
	case "resultsHash":
		results := make([]*abci.ExecTxResult, len(q.Results))
		for i, r := range q.Results {
			results[i] = &abci.ExecTxResult{Code: r.Code, Data: r.Data, Log: "left out"}
		}
		return hex.EncodeToString(types.NewResults(results).Hash()), nil
	case "consensusParametersHash":
		parameters := types.DefaultConsensusParams()
		parameters.Block.MaxBytes = int64(q.MaximumBytes)
		parameters.Block.MaxGas = int64(q.MaximumGas)
		return hex.EncodeToString(parameters.Hash()), nil
	case "lightClient":
		return followed(q)
	case "lightBlock":
		return reprinted(q.LightBlocks[0])
	case "verifyVote":
		return voteVerdicts(q.Key, q.Message, q.Signature)
	case "verify":
		trustedSet, set := validatorSet(q.TrustedValidators), validatorSet(q.Validators)
		return refusal(light.Verify(
			q.Trusted.convert(trustedSet), trustedSet, q.Signed.convert(set), set,
			time.Duration(q.TrustingPeriod)*time.Millisecond, time.UnixMilli(int64(q.Now)).UTC(), 10*time.Second,
			cmtmath.Fraction{Numerator: q.Threshold[0], Denominator: q.Threshold[1]},
		)), nil
	}
	return nil, fmt.Errorf("unknown question %q", q.Ask)
}

func refusal(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var q question
		var result any
		err := json.Unmarshal(lines.Bytes(), &q)
		if err == nil {
			result, err = answer(q)
		}
		if err := answers.Encode(map[string]any{"result": result, "error": refusal(err)}); err != nil {
			panic(err)
		}
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}
