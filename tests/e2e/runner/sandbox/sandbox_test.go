package sandbox_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"keda-gpu-scaler/e2e/sandbox"
)

// In the sandbox the tests' program does not run tests, but what this names.
const act = "E2E_SANDBOX_TEST_ACT"

func TestMain(m *testing.M) {
	name := os.Getenv(act)
	if name == "" {
		os.Exit(m.Run())
	}
	if err := sandbox.Enter(); err != nil {
		fmt.Println("cannot enter:", err)
		os.Exit(99)
	}
	acts := map[string]func() error{
		"code":    func() error { os.Exit(7); return nil },
		"orphans": leaveOrphans,
		"hosts":   speakWithHosts,
		"names":   resolveNames,
	}
	if err := acts[name](); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// play runs an act in a sandbox and returns what it said and its exit code.
func play(t *testing.T, name string) (string, int) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a sandbox needs root")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("a sandbox needs iproute2: ", err)
	}
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), act+"="+name)
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), command.ProcessState.ExitCode()
}

func TestExitCodeComesThrough(t *testing.T) {
	if out, code := play(t, "code"); code != 7 {
		t.Errorf("%d: %s", code, out)
	}
}

func leaveOrphans() error {
	// Whoever reads the shell's output would wait for what it left.
	if err := exec.Command("bash", "-c", "(exec -a left-behind sleep 987) >/dev/null 2>&1 &").Run(); err != nil {
		return err
	}
	for end := time.Now().Add(20 * time.Second); len(leftBehind()) == 0; {
		if time.Now().After(end) {
			return errors.New("there is no orphan")
		}
	}
	// Numbers count from 1 here: init, this program, and few more.
	if os.Getpid() > 20 {
		return fmt.Errorf("this is process %d", os.Getpid())
	}
	return nil
}

func TestNothingOutlivesTheSandbox(t *testing.T) {
	if out, code := play(t, "orphans"); code != 0 {
		t.Fatalf("%d: %s", code, out)
	}
	if left := leftBehind(); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

// leftBehind is the processes of that name, by their numbers here.
func leftBehind() []string {
	paths, err := os.ReadDir("/proc")
	if err != nil {
		panic(err)
	}
	var found []string
	for _, each := range paths {
		line, _ := os.ReadFile("/proc/" + each.Name() + "/cmdline") // none: not a process
		if strings.HasPrefix(string(line), "left-behind\x00") {
			found = append(found, each.Name())
		}
	}
	return found
}

// speakWithHosts: two hosts reach the sandbox and each other until one is cut off.
func speakWithHosts() error {
	if err := sandbox.TakeAddresses("10.78.0.0/16"); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "10.78.3.4:80")
	if err != nil {
		return err
	}
	defer listener.Close()
	host, err := sandbox.AddHost("first")
	if err != nil {
		return err
	}
	other, err := sandbox.AddHost("second-host.with-a-long-name")
	if err != nil {
		return err
	}
	if host.Address == other.Address {
		return fmt.Errorf("both have %s", host.Address)
	}
	reaches := func(from *sandbox.Host, address string) bool {
		dial := fmt.Sprintf("exec 3<>/dev/tcp/%s/80", address)
		argv := append(from.CommandPrefix, "timeout", "2", "bash", "-c", dial)
		return exec.Command(argv[0], argv[1:]...).Run() == nil
	}
	if !reaches(host, "10.78.3.4") || !reaches(other, "10.78.3.4") {
		return errors.New("the sandbox's address is not reached")
	}
	if err := host.Cut(); err != nil {
		return err
	}
	if reaches(host, "10.78.3.4") || !reaches(other, "10.78.3.4") {
		return errors.New("one host is to be cut off, and the other is not")
	}
	if err := host.Restore(); err != nil {
		return err
	}
	for end := time.Now().Add(20 * time.Second); !reaches(host, "10.78.3.4"); {
		if time.Now().After(end) {
			return errors.New("it is not back")
		}
	}
	return nil
}

func TestHostsAreReachedUntilTheyAreCutOff(t *testing.T) {
	if out, code := play(t, "hosts"); code != 0 {
		t.Errorf("%d: %s", code, out)
	}
}

func resolveNames() error {
	if err := sandbox.ResolveWith("127.0.0.7"); err != nil {
		return err
	}
	text, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return err
	}
	if !strings.Contains(string(text), "nameserver 127.0.0.7\n") {
		return fmt.Errorf("resolv.conf: %s", text)
	}
	found, err := net.LookupHost("localhost")
	if err != nil || len(found) != 1 || found[0] != "127.0.0.1" {
		return fmt.Errorf("localhost is %v, %v", found, err)
	}
	return nil
}

func TestNamesAreResolvedElsewhereInsideAlone(t *testing.T) {
	before, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		t.Skip(err)
	}
	if out, code := play(t, "names"); code != 0 {
		t.Errorf("%d: %s", code, out)
	}
	after, err := os.ReadFile("/etc/resolv.conf")
	if err != nil || string(after) != string(before) {
		t.Errorf("it has changed outside: %s, %v", after, err)
	}
}
