// The block of docs/callers.md for golang.org/x/oauth2, as a program: oauth2 BRIDGE, the token on stdin.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	given, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	token, err := exchange(context.Background(), os.Args[1], string(given))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(token.AccessToken)
}

func exchange(ctx context.Context, bridge, ownToken string) (*oauth2.Token, error) {
	config := clientcredentials.Config{
		ClientID:  "anonymous",
		TokenURL:  bridge + "/token",
		AuthStyle: oauth2.AuthStyleInParams,
		EndpointParams: url.Values{
			"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
			"subject_token":      {ownToken},
			"subject_token_type": {"urn:ietf:params:oauth:token-type:jwt"},
			"audience":           {"risk-engine"},
		},
	}
	token, err := config.Token(ctx)
	return token, err
}
