package browsertest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long anything that a page is asked for may take.
const patience = 20 * time.Second

// Browser is one Chromium process. Its pages have contexts of their own: no
// cookie of one is seen by another. It is safe for concurrent use.
type Browser struct {
	ctx         context.Context // chromedp's, which names the process
	screenshots string

	mu     sync.Mutex
	titles map[string]string // of the pages checked so far, and the heading below each
}

// New starts a browser, which ends with the test. Starting takes about a
// second: a package starts one and gives its subtests a Page each.
func New(t testing.TB) *Browser {
	t.Helper()
	path, err := findChromium()
	if err != nil {
		t.Fatal(err)
	}
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		// Containers run tests as root and without the rights that the sandbox needs.
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		// No page may depend on another host; where one is named, it is not found.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.Flag("force-color-profile", "srgb"),
	)
	allocated, endProcess := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		defer endProcess()
		defer cancel()
		if err := chromedp.Cancel(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("close the browser: %v", err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &Browser{ctx: ctx, screenshots: filepath.Join(root, ".build", "screenshots"), titles: map[string]string{}}
}

// findChromium looks for Debian's name first, then for the others.
func findChromium() (path string, err error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium is installed, which the tests of the pages need: run 'make needs'")
}

// moduleRoot is the directory above that holds go.mod.
func moduleRoot() (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "go.mod")); err == nil {
			return directory, nil
		}
		above := filepath.Dir(directory)
		if above == directory {
			return "", errors.New("no go.mod in any directory above")
		}
		directory = above
	}
}
