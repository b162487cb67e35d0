// What kubectl does with a kubeconfig: client-go reads it, runs the exec plugin and shows the API server its token.
//
//	kubectl KUBECONFIG PATH ...
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range os.Args[2:] {
		if err := show(client, config.Host+path); err != nil {
			log.Fatal(err)
		}
	}
}

func show(client *http.Client, url string) error {
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(body))
	return err
}
