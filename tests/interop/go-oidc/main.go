// A service that verifies our tokens by github.com/coreos/go-oidc: go-oidc BRIDGE AUDIENCE, the token on stdin.
package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"os"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

func main() {
	given, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	claims, err := verify(context.Background(), os.Args[1], os.Args[2], strings.TrimSpace(string(given)))
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(claims); err != nil {
		log.Fatal(err)
	}
}

func verify(ctx context.Context, bridge, audience, token string) (map[string]any, error) {
	provider, err := oidc.NewProvider(ctx, bridge)
	if err != nil {
		return nil, err
	}
	verified, err := provider.Verifier(&oidc.Config{ClientID: audience}).Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	claims := map[string]any{}
	return claims, verified.Claims(&claims)
}
