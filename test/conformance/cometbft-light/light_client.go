package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	dbm "github.com/cometbft/cometbft-db"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtmath "github.com/cometbft/cometbft/libs/math"
	"github.com/cometbft/cometbft/light"
	"github.com/cometbft/cometbft/light/provider"
	"github.com/cometbft/cometbft/light/provider/mock"
	"github.com/cometbft/cometbft/light/store/db"
	"github.com/cometbft/cometbft/types"
)

// What our JSON holds beyond CometBFT's own light block is of no concern to it.
func parsed(text json.RawMessage) (*types.LightBlock, error) {
	block := new(types.LightBlock)
	if err := cmtjson.Unmarshal(text, block); err != nil {
		return nil, err
	}
	if block.SignedHeader == nil || block.ValidatorSet == nil {
		return nil, errors.New("no light block")
	}
	return block, block.ValidateBasic(block.ChainID)
}

// The light block as CometBFT itself prints it.
func reprinted(text json.RawMessage) (any, error) {
	block, err := parsed(text)
	if err != nil {
		return nil, err
	}
	printed, err := cmtjson.Marshal(block)
	return json.RawMessage(printed), err
}

// Follows light blocks from the first to the last with CometBFT's own client; two providers show the same.
func followed(q question) (any, error) {
	headers := map[int64]*types.SignedHeader{}
	sets := map[int64]*types.ValidatorSet{}
	var first, last *types.LightBlock
	for _, text := range q.LightBlocks {
		block, err := parsed(text)
		if err != nil {
			return nil, err
		}
		// As its HTTP provider does: priorities are no part of what is hashed.
		set, err := types.ValidatorSetFromExistingValidators(block.ValidatorSet.Validators)
		if err != nil {
			return nil, err
		}
		headers[block.Height], sets[block.Height] = block.SignedHeader, set
		if first == nil {
			first = block
		}
		last = block
	}
	mode := light.SkippingVerification(cmtmath.Fraction{Numerator: q.Threshold[0], Denominator: q.Threshold[1]})
	if q.Sequential {
		mode = light.SequentialVerification()
	}
	source := mock.New(first.ChainID, headers, sets)
	client, err := light.NewClient(
		context.Background(), first.ChainID,
		light.TrustOptions{Period: time.Duration(q.TrustingPeriod) * time.Millisecond, Height: first.Height, Hash: first.Hash()},
		source, []provider.Provider{source}, db.New(dbm.NewMemDB(), first.ChainID), mode,
	)
	if err != nil {
		return refusal(err), nil
	}
	_, err = client.VerifyLightBlockAtHeight(context.Background(), last.Height, time.UnixMilli(int64(q.Now)).UTC())
	return refusal(err), nil
}

// By itself, and in a batch with a sound one: commits are verified in batches.
func voteVerdicts(key, message, signature []byte) (any, error) {
	if len(key) != ed25519.PubKeySize {
		return map[string]bool{"single": false, "batch": false}, nil
	}
	sound := ed25519.GenPrivKeyFromSecret([]byte("a sound vote"))
	soundSignature, err := sound.Sign(message)
	if err != nil {
		return nil, err
	}
	batch := ed25519.NewBatchVerifier()
	inBatch := batch.Add(ed25519.PubKey(key), message, signature) == nil &&
		batch.Add(sound.PubKey(), message, soundSignature) == nil
	if inBatch {
		inBatch, _ = batch.Verify()
	}
	return map[string]bool{"single": ed25519.PubKey(key).VerifySignature(message, signature), "batch": inBatch}, nil
}
