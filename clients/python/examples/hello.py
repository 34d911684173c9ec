import sys; sys.path.insert(0, "clients/python")
from tapeline import Client
with Client.from_state_dir(sys.argv[1], port=int(sys.argv[2]), client_id="hello") as c:
    order = c.place("paper:BTC/USDT", "Buy", "0.01", c.best("paper:BTC/USDT", "Buy").price)
    for report in c.reports(until=order.done, timeout=10):
        print(report)
