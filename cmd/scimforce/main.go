// Command scimforce is a SCIM 2.0 bridge to Salesforce.
//
//	scimforce serve         the bridge, configured by flags, environment and a YAML file
//	scimforce demo          the bridge and a simulated org in one process, with a story
//	scimforce simulate      the simulated org alone
//	scimforce connect       connect the bridge to an org
//	scimforce connections   list and remove the connections to orgs
//	scimforce doctor        say what is wrong with the connections, and what to do
//	scimforce token         make, list and revoke the tokens of identity providers
//	scimforce keys          the keys that secrets are sealed with
//	scimforce healthcheck   ask a running bridge how it is, for a container's health check
//	scimforce version       what this binary is
//
// Exit codes: 0 all went well, 1 it failed, 2 the command line or the
// configuration is wrong and nothing was started.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	os.Exit((&program{args: os.Args[1:], environ: os.Environ(), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}).run(ctx))
}

// program is one run of the binary: everything it takes from the process.
type program struct {
	args    []string
	environ []string  // "NAME=value"
	stdin   io.Reader // who answers questions; nil: nobody
	stdout  io.Writer
	stderr  io.Writer
	// listening, when set, is told where something listens: tests use port 0.
	listening func(what string, address net.Addr)
}

func (p *program) tellListening(what string, address net.Addr) {
	if p.listening != nil {
		p.listening(what, address)
	}
}

const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli is the command line; each command is a file.
type cli struct {
	Serve       serveCommand       `cmd:"" help:"Run the bridge."`
	Demo        demoCommand        `cmd:"" help:"Run the bridge against a simulated org and tell a story."`
	Simulate    simulateCommand    `cmd:"" help:"Run a simulated Salesforce org."`
	Connect     connectCommand     `cmd:"" help:"Connect the bridge to an org."`
	Connections connectionsCommand `cmd:"" help:"Keep the connections to orgs."`
	Doctor      doctorCommand      `cmd:"" help:"Say what is wrong with the connections and what to do; exit code 1 when a check has failed, 2 when nothing could be asked."`
	Mapping     mappingCommand     `cmd:"" help:"Show what becomes of each attribute in an org."`
	Token       tokenCommand       `cmd:"" help:"Keep the tokens of identity providers."`
	Keys        keysCommand        `cmd:"" help:"Keep the keys that secrets are sealed with."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask a running bridge how it is; exit code 0 when it is well."`
	Version     versionCommand     `cmd:"" help:"Print what this binary is."`
}

// earlyExit is how --help leaves the parser, which knows no other way than to
// end the process.
type earlyExit int

// run parses the command line and runs the command; it returns the exit code.
func (p *program) run(ctx context.Context) (code int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case earlyExit:
			code = int(r)
		default:
			panic(r)
		}
	}()
	parser, err := p.parser(&cli{})
	if err != nil {
		return p.complain(err, exitFailed)
	}
	command, err := parser.Parse(p.args)
	if err != nil {
		return p.complain(fmt.Errorf("%w (scimforce --help lists the commands and flags)", err), exitUsage)
	}
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(p); err != nil {
		if ended, ok := errors.AsType[*exitError](err); ok {
			if ended.err == nil {
				return ended.code
			}
			return p.complain(err, ended.code)
		}
		var problems *configError
		if errors.As(err, &problems) {
			return p.complain(err, exitUsage)
		}
		return p.complain(err, exitFailed)
	}
	return exitOK
}

func (p *program) complain(err error, code int) int {
	_, _ = fmt.Fprintln(p.stderr, "scimforce:", err)
	return code
}

// parser makes one whose flags fall back to p's environment: a flag's tag
// "variable" names it.
func (p *program) parser(grammar *cli) (*kong.Kong, error) {
	environment := readEnvironment(p.environ)
	parser, err := kong.New(grammar,
		kong.Name("scimforce"),
		kong.Description("A SCIM 2.0 bridge to Salesforce."),
		kong.Vars{"weather": strings.Join(weatherKinds(), ", ")},
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(code int) { panic(earlyExit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.ValueFormatter(func(value *kong.Value) string {
			if name := value.Tag.Get("variable"); name != "" {
				return value.Help + " [$" + name + "]"
			}
			return value.Help
		}),
		kong.Resolvers(kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
			// An empty variable counts as none: compose files pass them on so.
			if value := environment[flag.Tag.Get("variable")]; value != "" {
				return value, nil
			}
			return nil, nil
		})),
	)
	if err != nil {
		return nil, fmt.Errorf("command line grammar: %w", err)
	}
	return parser, nil
}
