import sys

from greeter import bill

print(bill("tea"), end="")
sys.exit(7)
